/**
 * Sequences, decided by window functions from the last step backwards. Rows of one key and instant become one row with
 * a flag for each step: so a row may serve several steps, and rows of one instant never follow each other. Then it is
 * known of each row where the next step that leads to the end comes earliest, and where a forbidden row does; the
 * earliest is enough, since `within` and `not` only bound the next step from above.
 */
import type { Duration } from '../instant.ts';
import { withoutPlaces } from '../segment/reads.ts';
import type { RowsOf, SequenceOf, StepOf } from '../segment/resolve.ts';
import { and, call, column, compare, type Expression, number, or, TRUE, value } from './expression.ts';
import type { EntityKey } from './key.ts';
import type { Query, Select, SelectColumn } from './query.ts';
import { type Scope, splitBound, timeOf, whichRows } from './rows.ts';
import { ROW, sourceRows } from './source-rows.ts';
import { asInstant, inWindow } from './time.ts';

const ONE = number('1');
const K = column('k');
const HAPPENED = 'happened_at';
const AT = column(HAPPENED);
const LEADS_ON = 'leads_on';
const NEXT = 'next';
const STOP = 'stop';
const ROWS = 'step_rows';

/** One column, `k`: each key for which the sequence holds, once. */
export function sequenceQuery(
  { steps }: SequenceOf,
  of: 'all' | 'affected',
  key: EntityKey,
  scope: Scope,
): Select {
  const parts: [string, Query][] = [[ROWS, flaggedRows(steps, of, key, scope)]];
  for (const link of linksOf(steps).toReversed()) {
    const [before] = parts.at(-1)!;
    parts.push([`at_${link.flag}`, layer(link, before, steps, scope)]);
  }
  return {
    kind: 'select',
    with: parts,
    distinct: true,
    columns: [{ expression: K, as: 'k' }],
    from: { kind: 'step', name: parts.at(-1)![0] },
    where: [isKnown(column(LEADS_ON))],
  };
}

/**
 * Columns `happened_at` and a flag for each step (`step_1`...): the instants at which affected keys have rows of steps.
 */
export function stepInstants(
  { steps }: SequenceOf,
  key: EntityKey,
  scope: Scope,
): { query: Select; flags: readonly string[] } {
  return { query: flaggedRows(steps, 'affected', key, scope), flags: steps.map((_, index) => flagOf(index)) };
}

/** A `did` step with what must hold after it. */
interface Link {
  readonly index: number;
  /** The flag of its rows. */
  readonly flag: string;
  readonly isLast: boolean;
  /** The flag of rows that are forbidden between it and the next `did` step; after the last one: later. */
  readonly forbidden?: string;
  /** After the last one: how long they are forbidden; undefined: for ever. */
  readonly forbiddenFor?: Duration;
  /** How soon the next `did` step must follow. */
  readonly nextWithin?: Duration;
}

function linksOf(steps: readonly StepOf[]): Link[] {
  return steps.flatMap((step, index): Link[] => {
    if (step.kind !== 'did') return [];
    const after = steps[index + 1];
    const next = after?.kind === 'not' ? steps[index + 2] : after;
    return [
      {
        index,
        flag: flagOf(index),
        isLast: next === undefined,
        ...(after?.kind === 'not' ? { forbidden: flagOf(index + 1) } : {}),
        ...(after?.kind === 'not' && after.for !== undefined ? { forbiddenFor: after.for } : {}),
        ...(next?.kind === 'did' && next.within !== undefined ? { nextWithin: next.within } : {}),
      },
    ];
  });
}

function flagOf(index: number): string {
  return `step_${index + 1}`;
}

/** Columns `k`, `happened_at`, the flags of earlier steps, and `leads_on`: that instant again where a row of the step is followed as it must be. */
function layer(link: Link, before: string, steps: readonly StepOf[], scope: Scope): Select {
  const earlier = steps.slice(0, link.index).map((_, index) => plain(flagOf(index)));
  const ahead: SelectColumn[] = [
    ...(link.isLast ? [] : [{ expression: earliestAfter(column(LEADS_ON)), as: NEXT }]),
    ...(link.forbidden ? [{ expression: earliestAfter(flagged(link.forbidden)), as: STOP }] : []),
  ];
  const seen: Select = {
    kind: 'select',
    columns: [plain('k'), plain(HAPPENED), ...earlier, plain(link.flag), ...ahead],
    from: { kind: 'step', name: before },
  };
  const rows: Select['from'] = ahead.length === 0 ? seen.from : { kind: 'query', query: seen };
  const leadsOn = { kind: 'case', branches: [[holdsAt(link, scope), AT]] } as const;
  return {
    kind: 'select',
    comment: [describe(link)],
    columns: [plain('k'), plain(HAPPENED), ...earlier, { expression: leadsOn, as: LEADS_ON }],
    from: rows,
    as: 'seen',
  };
}

function holdsAt({ flag, isLast, forbidden, forbiddenFor, nextWithin }: Link, { t }: Scope): Expression {
  const isStep = compare(column(flag), '=', ONE);
  const [next, stop] = [column(NEXT), column(STOP)];
  const free = (clear: Expression): Expression => or([{ kind: 'is_null', of: stop }, clear]);
  if (!isLast) {
    return and([
      isStep,
      nextWithin === undefined ? isKnown(next) : compare(next, '<=', later(nextWithin)),
      ...(forbidden ? [free(compare(stop, '>=', next))] : []),
    ]);
  }
  if (!forbidden) return isStep;
  if (forbiddenFor === undefined) return and([isStep, { kind: 'is_null', of: stop }]);
  const over = compare(AT, '<=', value({ type: 'instant', instant: t - forbiddenFor }));
  return and([isStep, over, free(compare(stop, '>', later(forbiddenFor)))]);
}

function describe({ flag, isLast, forbidden }: Link): string {
  const clear = forbidden ? `, no ${forbidden} ${isLast ? 'after it' : 'between'}` : '';
  return isLast
    ? `rows of ${flag}${clear}`
    : `rows of ${flag} that lead on: what comes next is near enough${clear}`;
}

/** Columns `k`, `happened_at` and a flag for each step: 1 where a row of that key and instant is one of the step's. */
function flaggedRows(steps: readonly StepOf[], of: 'all' | 'affected', key: EntityKey, scope: Scope): Select {
  const tables = new Map<string, Set<number>>();
  for (const [index, { rows }] of steps.entries()) {
    const id = tableId(rows);
    tables.set(id, (tables.get(id) ?? new Set()).add(index));
  }
  const parts = [...tables.values()].map((own) => tableRows(steps, own, of, key, scope));
  const flags = steps.map((_, index): SelectColumn => {
    const as = flagOf(index);
    return {
      expression: { kind: 'aggregate', fn: 'max', of: column(as) },
      as,
      comment: stepName(steps[index]!),
    };
  });
  return {
    kind: 'select',
    columns: [plain('k'), plain(HAPPENED), ...flags],
    from: { kind: 'query', query: parts.length === 1 ? parts[0]! : { kind: 'union', of: parts } },
    as: 'flagged',
    groupBy: [K, AT],
  };
}

/** The rows of one table that are of some step, the others' flags unset. */
function tableRows(
  steps: readonly StepOf[],
  own: ReadonlySet<number>,
  of: 'all' | 'affected',
  key: EntityKey,
  scope: Scope,
): Select {
  const ownRows = [...own].map((index) => steps[index]!.rows);
  const { source, window, place } = ownRows[0]!;
  const { joins, k } = sourceRows(source, of, key, scope.catalog);
  const time = timeOf(source, source.time!, ROW, scope, place);
  const unset = value({ type: 'null', of: 'integer' });
  const flag = (index: number): Expression => {
    if (!own.has(index)) return unset;
    const isStep = whichRows(steps[index]!.rows, ROW, scope);
    return isStep === TRUE ? ONE : { kind: 'case', branches: [[isStep, ONE]] };
  };
  return {
    kind: 'select',
    columns: [
      { expression: k, as: 'k' },
      { expression: asInstant(time), as: HAPPENED },
      ...steps.map((_, index) => ({ expression: flag(index), as: flagOf(index) })),
    ],
    from: { kind: 'relation', relation: source.relation },
    as: ROW,
    joins,
    where: [
      ...parts(window ? inWindow(time, window, scope.t) : isKnown(time.expression)),
      ...splitBound(ownRows, ROW),
    ],
  };
}

function tableId({ source }: RowsOf): string {
  return withoutPlaces([source.relation, source.key, source.through, source.time, source.timezone]);
}

function stepName({ kind, rows }: StepOf): string {
  return `${kind === 'not' ? 'not ' : ''}${rows.split ?? rows.source.name}`;
}

function parts(of: Expression): readonly Expression[] {
  return of.kind === 'and' ? of.of : [of];
}

function plain(name: string): SelectColumn {
  return { expression: column(name), as: name };
}

function flagged(flag: string): Expression {
  return { kind: 'case', branches: [[compare(column(flag), '=', ONE), AT]] };
}

/** Descending, since an ascending frame that ends at the last row is quadratic on PostgreSQL. */
function earliestAfter(of: Expression): Expression {
  return { kind: 'min_before', of, partitionBy: [K], orderBy: [{ by: AT, descending: true }] };
}

function later(by: Duration): Expression {
  return call('add_micros', AT, number(by.toString()));
}

function isKnown(of: Expression): Expression {
  return { kind: 'is_null', of, negated: true };
}
