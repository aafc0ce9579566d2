/** Drift: changes that neither a cursor nor an edge announced. Found by a full pass, beside the keys it could expect. */
import { column, compare, type Expression, number, or } from './expression.ts';
import type { Query, Select } from './query.ts';
import { steps } from './steps.ts';

function isNull(of: Expression): Expression {
  return { kind: 'is_null', of };
}

const IS_GONE = isNull(column('entity_key', 'w'));

/** Columns `segment`, `keys`, and `gone`: how many of them the entity's table no longer has. */
export function driftCounts(segments: readonly Expression[], damped: boolean): Query {
  return {
    kind: 'select',
    columns: [
      { expression: column('segment', 'c'), as: 'segment' },
      { expression: { kind: 'aggregate', fn: 'count' }, as: 'keys' },
      { expression: { kind: 'aggregate', fn: 'count', of: number('1'), when: IS_GONE }, as: 'gone' },
    ],
    ...drifted(segments, damped),
    groupBy: [column('segment', 'c')],
  };
}

/** Column `entity_key`: each key once. */
export function driftKeys(segments: readonly Expression[], damped: boolean): Query {
  return {
    kind: 'select',
    distinct: true,
    columns: [{ expression: column('entity_key', 'c'), as: 'entity_key' }],
    ...drifted(segments, damped),
  };
}

/** Who only begins to wait drifted, too; who was known to wait did not. */
function drifted(
  segments: readonly Expression[],
  damped: boolean,
): Pick<Select, 'from' | 'as' | 'joins' | 'where'> {
  const sameKey = (as: string): Expression =>
    compare(column('entity_key', as), '=', column('entity_key', 'c'));
  return {
    from: { kind: 'step', name: damped ? steps.differing : steps.changed },
    as: 'c',
    joins: [
      { type: 'left join', from: { kind: 'step', name: steps.affected }, as: 'a', on: sameKey('a') },
      { type: 'left join', from: { kind: 'step', name: steps.wide }, as: 'w', on: sameKey('w') },
    ],
    where: [
      { kind: 'is_null', of: column('entity_key', 'a') },
      { kind: 'in', of: column('segment', 'c'), values: segments },
      ...(damped ? [or([isNull(column('due_at', 'c')), isNull(column('known_due', 'c'))])] : []),
    ],
  };
}
