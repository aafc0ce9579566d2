/**
 * What a change is dated by. Segments that share a tick read different tables and may have ticked last at different
 * instants: each is dated by the causes that concern it. Segments with the same concerns share a column.
 */
import type { Instant } from '../instant.ts';
import { and, call, column, compare, type Expression, or, text, value } from './expression.ts';
import type { SelectColumn } from './query.ts';
import type { Scope } from './rows.ts';

/** What concerns one segment: tables by `ReadTable.id`, edges by `edgeLabel`; of a split table only rows of some values. */
export interface Concerns {
  readonly segment: string;
  readonly of: readonly { readonly id: string; readonly splits?: readonly string[] }[];
  /** The segment's last tick. */
  readonly t0: Instant;
}

export interface Causes {
  /** Columns of the affected keys: the instants that changes are dated by. */
  readonly columns: readonly SelectColumn[];
  /** True when rows must say which cause they are (columns `cause`, `split`), since not all concern everyone. */
  readonly tagged: boolean;
  columnOf(segment: string): string;
  /** Short name of a cause, as rows carry it. */
  labelOf(id: string): string;
}

/** The column's name where all segments of the tick have the same concerns. */
export const CAUSED_AT = 'caused_at';

/** `t0`: of the tick, for a tick without segments of its own (a single key that is looked up). */
export function causesOf(concerns: readonly Concerns[], t0: Instant, scope: Scope): Causes {
  const alike = new Map<string, { readonly first: Concerns; readonly segments: string[] }>();
  for (const each of concerns) {
    const id = identity(each);
    const known = alike.get(id) ?? { first: each, segments: [] };
    known.segments.push(each.segment);
    alike.set(id, known);
  }
  const distinct = [...alike.values()];
  if (distinct.length < 2) {
    const only = dated(undefined, distinct[0]?.first.t0 ?? t0, scope);
    const comment = 'the first cause since the last tick';
    return {
      tagged: false,
      columns: [{ expression: only, as: CAUSED_AT, comment }],
      columnOf: () => CAUSED_AT,
      labelOf: (id) => id,
    };
  }
  const ids = [...new Set(concerns.flatMap(({ of }) => of.map(({ id }) => id)))];
  const labelOf = (id: string): string => `c${ids.indexOf(id)}`;
  const bySegment = new Map(
    distinct.flatMap(({ segments }, index) => segments.map((segment) => [segment, `${CAUSED_AT}_${index}`])),
  );
  return {
    tagged: true,
    columns: distinct.map(({ first, segments }, index) => ({
      expression: dated(concerning(first, labelOf), first.t0, scope),
      as: `${CAUSED_AT}_${index}`,
      comment: segments.join(', '),
    })),
    columnOf: (segment) => bySegment.get(segment)!,
    labelOf,
  };
}

/** The first cause since the last tick, else the newest one (a row that showed late); `T` where there is none. */
function dated(concerning: Expression | undefined, t0: Instant, scope: Scope): Expression {
  const caused = column(CAUSED_AT);
  const since = compare(caused, '>', value({ type: 'instant', instant: t0 }));
  const t = value({ type: 'instant', instant: scope.t });
  const first: Expression = {
    kind: 'aggregate',
    fn: 'min',
    of: caused,
    when: concerning ? and([concerning, since]) : since,
  };
  const newest: Expression = {
    kind: 'aggregate',
    fn: 'max',
    of: caused,
    ...(concerning ? { when: concerning } : {}),
  };
  return call('least', call('coalesce', first, newest, t), t);
}

function concerning({ of }: Concerns, labelOf: (id: string) => string): Expression {
  const whole = of.filter(({ splits }) => splits === undefined).map(({ id }) => labelOf(id));
  const parts = new Map<string, { ids: string[]; splits: readonly string[] }>();
  for (const { id, splits } of of) {
    if (splits === undefined) continue;
    const known = parts.get(JSON.stringify(splits)) ?? { ids: [], splits };
    known.ids.push(labelOf(id));
    parts.set(JSON.stringify(splits), known);
  }
  return or([
    ...(whole.length > 0 ? [oneOf('cause', whole)] : []),
    ...[...parts.values()].map(({ ids, splits }) => and([oneOf('cause', ids), oneOf('split', splits)])),
  ]);
}

function oneOf(name: string, values: readonly string[]): Expression {
  return { kind: 'in', of: column(name), values: values.map(text) };
}

function identity({ of, t0 }: Concerns): string {
  return JSON.stringify([of.map(({ id, splits }) => [id, splits ?? null]).sort(), t0.toString()]);
}
