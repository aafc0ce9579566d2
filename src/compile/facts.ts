/** Conditions that are no comparison of the wide row's values: each becomes a column of its own, true where it holds. */
import { withoutPlaces } from '../segment/reads.ts';
import { type Leaf, leavesOf, type Verdict } from '../segment/resolve.ts';
import { column, compare, type Expression, text } from './expression.ts';
import { type EntityKey, keyText, keyTyped } from './key.ts';
import type { From, Join, Query, SelectColumn } from './query.ts';
import type { Scope } from './rows.ts';
import { sequenceQuery } from './sequence.ts';
import { inSlices } from './slices.ts';

export type Fact = Extract<Leaf, { kind: 'sequence' | 'sql' | 'query' | 'stored' }>;

/** The facts that a verdict needs. */
export function factsOf(verdict: Verdict): Fact[] {
  return leavesOf(verdict).filter((leaf): leaf is Fact => KINDS.has(leaf.kind));
}

const KINDS: ReadonlySet<string> = new Set<Fact['kind']>(['sequence', 'sql', 'query', 'stored']);

/** Equal for facts that hold for the same keys. */
export function factId(fact: Fact): string {
  return withoutPlaces(fact);
}

export interface FactInput {
  readonly key: EntityKey;
  readonly of: 'all' | 'affected';
  /** The table `membership`, or what stands for it. */
  readonly membership: From;
  readonly scope: Scope;
}

/** The keys for which a fact holds, left-joined under `as` with the wide row's key; undefined for `sql`. */
export function factJoin(fact: Fact, as: string, k: Expression, input: FactInput): Join | undefined {
  if (fact.kind === 'sql') return undefined;
  const join = (query: Query, own: string, other: Expression): Join => ({
    type: 'left join',
    from: { kind: 'query', query },
    as,
    on: compare(column(own, as), '=', other),
  });
  switch (fact.kind) {
    case 'sequence':
      return join(sequenceQuery(fact.sequence, input.of, input.key, input.scope), 'k', k);
    case 'query':
      return join(queriedKeys(fact, input), 'k', k);
    case 'stored':
      return join(storedMembers(fact.segment, input.membership), 'entity_key', keyText(k, input.key));
  }
}

/** Whether the fact holds, over what `factJoin` joined. */
export function factHolds(fact: Exclude<Fact, { kind: 'sql' }>, as: string): Expression {
  const own = fact.kind === 'stored' ? 'entity_key' : 'k';
  return { kind: 'is_null', of: column(own, as), negated: true };
}

/** A `sql` fact as a column of the entity's row. */
export function sqlColumn({ sql }: Extract<Fact, { kind: 'sql' }>, as: string, scope: Scope): SelectColumn {
  return { expression: { kind: 'raw', sql, t: scope.t }, as };
}

/** The SELECT's first column, whatever its name, each key once. */
function queriedKeys({ sql, place }: Extract<Fact, { kind: 'query' }>, { key, scope }: FactInput): Query {
  const known = scope.catalog.keyOf(sql);
  const type = known?.type ?? key.type;
  return {
    kind: 'select',
    distinct: true,
    columns: [
      {
        expression: keyTyped(
          column('k', 'q'),
          type,
          { table: 'query', column: 'the first column' },
          key,
          place,
        ),
        as: 'k',
      },
    ],
    from: { kind: 'raw', sql, t: scope.t },
    as: 'q',
    asColumns: ['k'],
    ...(known ? { wereColumns: [known.name] } : {}),
  };
}

function storedMembers(segment: string, membership: From): Query {
  return {
    kind: 'select',
    columns: [{ expression: column('entity_key', 'known'), as: 'entity_key' }],
    from: membership,
    as: 'known',
    where: [
      compare(column('segment', 'known'), '=', text(segment)),
      ...inSlices(membership, [segment], 'known'),
    ],
  };
}
