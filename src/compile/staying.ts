/** Members whose condition does not hold any more, and what would be sent of them: they may have to stay all the same. */
import type { Entity } from '../config/project.ts';
import type { Damped } from './damped.ts';
import { column, compare, not, text } from './expression.ts';
import type { From, Select, Step } from './query.ts';
import type { Scope } from './rows.ts';
import { inSlices } from './slices.ts';
import { steps } from './steps.ts';
import { condition, type Deciding, rowHash } from './verdict.ts';

export interface StayingInput {
  readonly parts: readonly Deciding[];
  readonly entity: Entity;
  readonly membership: From;
  readonly damped: Damped;
  readonly scope: Scope;
}

/**
 * Columns: `segment`, `entity_key`, `row_hash`. Of the keys that are evaluated, those that the entity still has: who is
 * gone stays nowhere. Undefined where no segment says `stay_at_least`.
 */
export function stayingStep({ parts, entity, membership, damped, scope }: StayingInput): Step | undefined {
  const long = damped.segments.filter(({ stayAtLeast }) => stayAtLeast !== undefined);
  const names = new Set(long.map(({ name }) => name));
  if (names.size === 0) return undefined;
  const of = parts.flatMap(({ segments, wide }) =>
    segments
      .filter(({ name }) => names.has(name))
      .map((segment): Select => {
        const context = { entity, wide, scope };
        const onKey = compare(column('member_key', 'known'), '=', column('entity_key'));
        return {
          kind: 'select',
          comment: [segment.name],
          columns: [
            { expression: text(segment.name), as: 'segment' },
            { expression: column('entity_key'), as: 'entity_key' },
            { expression: rowHash(segment, context), as: 'row_hash' },
          ],
          from: { kind: 'step', name: wide.step.name },
          as: 'wide',
          joins: [
            {
              type: 'join',
              from: { kind: 'query', query: membersOf(segment.name, membership) },
              as: 'known',
              on: onKey,
            },
          ],
          where: [not(condition(segment.verdict, context, true))],
        };
      }),
  );
  const comment = 'members for whom it does not hold any more';
  return { name: steps.staying, comment, query: { kind: 'union', of } };
}

function membersOf(segment: string, membership: From): Select {
  return {
    kind: 'select',
    columns: [{ expression: column('entity_key', 'own'), as: 'member_key' }],
    from: membership,
    as: 'own',
    where: [compare(column('segment', 'own'), '=', text(segment)), ...inSlices(membership, [segment], 'own')],
  };
}
