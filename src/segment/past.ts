/**
 * Whether what a segment held in the past can be told from today's rows: only where all that it reads is rows that are
 * never changed, and of which a cursor says when each became visible.
 */
import type { Entity, Source } from '../config/project.ts';
import { relationName, rowsOf } from './reads.ts';
import { type Leaf, leavesOf, type Verdict } from './resolve.ts';

export interface UnknownPast {
  readonly code:
    | 'trait'
    | 'sql'
    | 'query'
    | 'query_segment'
    | 'not_append_only'
    | 'no_cursor'
    | 'cursor_is_no_time'
    | 'through';
  /** In words, to be put after `not advised: `. */
  readonly message: string;
}

/** Every reason why a segment's past is unknown, each once; none where it can be told. */
export function unknownPast(entity: Entity, verdict: Verdict): UnknownPast[] {
  const found = [
    ...leavesOf(verdict).flatMap((leaf) => unknownLeaf(entity, leaf)),
    ...rowsOf(verdict).flatMap(({ source }) => unknownRows(source)),
  ];
  return [...new Map(found.map((each) => [`${each.code} ${each.message}`, each])).values()];
}

function unknownLeaf({ name }: Entity, leaf: Leaf): UnknownPast[] {
  switch (leaf.kind) {
    case 'trait':
      return [unknownTrait(leaf.trait.name, name)];
    case 'compare':
      return [leaf.left, leaf.right].flatMap((side) =>
        side.kind === 'trait' ? [unknownTrait(side.trait.name, name)] : [],
      );
    case 'sql':
      return [
        { code: 'sql', message: `its \`sql:\` reads the ${name}’s row, of which only today’s is known` },
      ];
    case 'query':
      return [{ code: 'query', message: 'what its `query:` gave in the past is unknown' }];
    case 'stored':
      return [
        {
          code: 'query_segment',
          message: `it refers to ${leaf.segment}, and what that \`query:\` gave in the past is unknown`,
        },
      ];
    default:
      return [];
  }
}

function unknownTrait(trait: string, entity: string): UnknownPast {
  const message = `it asks for the trait ${trait}, of which only the ${entity}’s present value is known`;
  return { code: 'trait', message };
}

function unknownRows({ name, appendOnly, through, cursor, relation }: Source): UnknownPast[] {
  const table = relationName(relation);
  return [
    ...(appendOnly
      ? []
      : [
          {
            code: 'not_append_only' as const,
            message: `the source ${name} is not \`append_only\`: rows of ${table} may have been other ones`,
          },
        ]),
    ...(through
      ? [
          {
            code: 'through' as const,
            message: `the source ${name} is found through ${relationName(through.relation)}, whose past is unknown`,
          },
        ]
      : []),
    ...(appendOnly && !cursor
      ? [
          {
            code: 'no_cursor' as const,
            message: `the source ${name} has no \`cursor\`: when its rows became visible is unknown`,
          },
        ]
      : []),
  ];
}
