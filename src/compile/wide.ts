/** The wide row: one row a key that is evaluated, with every trait and measure that some segment of the tick asks for. */
import type { Entity, Source } from '../config/project.ts';
import { earliest, type Instant } from '../instant.ts';
import type { Window } from '../segment/condition.ts';
import { withoutPlaces } from '../segment/reads.ts';
import { boundsOf, hasLowEnd, windowName } from '../segment/window.ts';
import type { Capabilities } from '../warehouse/warehouse.ts';
import { call, column, compare, type Expression, number } from './expression.ts';
import { type Fact, factHolds, factId, factJoin, sqlColumn } from './facts.ts';
import { type EntityKey, keyOf, keyText } from './key.ts';
import type { Aggregate } from './measure.ts';
import { aggregateExpression, aggregateId } from './measure.ts';
import type { From, Join, Query, Select, SelectColumn, Step } from './query.ts';
import { type Scope, splitBound, timeOf } from './rows.ts';
import { ROW, sourceRows } from './source-rows.ts';
import { steps } from './steps.ts';
import { compareTime } from './time.ts';
import { ENTITY, traitJoins } from './traits.ts';

export interface WideInput {
  readonly entity: Entity;
  readonly key: EntityKey;
  readonly traits: readonly string[];
  readonly aggregates: readonly Aggregate[];
  readonly facts: readonly Fact[];
  /** Everyone, or the affected keys only. */
  readonly full: boolean;
  /** Columns of the affected keys that changes are dated by. */
  readonly causes: readonly string[];
  readonly membership: From;
  readonly capabilities: Capabilities;
  readonly scope: Scope;
  /** Which of the tick's wide rows this is, from 1. */
  readonly part: number;
}

export interface Wide {
  readonly step: Step;
  /** Column of a trait, an aggregate or a fact in the wide row. */
  traitColumn(name: string): string;
  aggregateColumn(aggregate: Aggregate): string;
  factColumn(fact: Fact): string;
}

/** Columns: `k`, `entity_key`, what changes are dated by, one for each trait, aggregate and fact. */
export function wideStep(input: WideInput): Wide {
  const aggregates = named(input.aggregates, aggregateId, 'm');
  const facts = named(input.facts, factId, 'h');
  const names: Names = {
    trait: (name) => `t_${name}`,
    aggregate: (aggregate) => aggregates.nameOf(aggregate),
    fact: (fact) => facts.nameOf(fact),
  };
  const step: Step = {
    name: input.part === 1 ? steps.wide : `${steps.wide}_${input.part}`,
    comment: input.full
      ? 'everyone, with what the segments ask for'
      : 'the affected keys, with what the segments ask for',
    query: wideQuery({ ...input, facts: facts.distinct }, scansOf(aggregates.distinct, input), names),
  };
  return { step, traitColumn: names.trait, aggregateColumn: names.aggregate, factColumn: names.fact };
}

interface Names {
  trait(name: string): string;
  aggregate(aggregate: Aggregate): string;
  fact(fact: Fact): string;
}

/** Equal ones once, each with a short name. */
function named<T>(
  of: readonly T[],
  idOf: (each: T) => string,
  prefix: string,
): { distinct: T[]; nameOf(each: T): string } {
  const distinct = new Map(of.map((each) => [idOf(each), each]));
  const names = new Map([...distinct.keys()].map((id, index) => [id, `${prefix}${index}`]));
  return { distinct: [...distinct.values()], nameOf: (each) => names.get(idOf(each))! };
}

/** One grouped scan: aggregates over rows of the same table. */
interface Scan {
  readonly source: Source;
  readonly aggregates: readonly Aggregate[];
}

/**
 * Which aggregates share a scan. One scan a table is least work for a row store, and for few keys everywhere. A column
 * store that evaluates everyone tests every row for every aggregate, so there lifetime measures stand apart (they would
 * undo the windows' bound on what is read), and from `splitScansFrom` aggregates on each split value has its own scan.
 */
function scansOf(aggregates: readonly Aggregate[], { capabilities, full }: WideInput): Scan[] {
  const splits = full && isColumnStore(capabilities);
  const perSplit = full && aggregates.length >= capabilities.splitScansFrom;
  const groups = new Map<string, Aggregate[]>();
  for (const aggregate of aggregates) {
    const { source, window, split } = aggregate.over;
    const id = withoutPlaces([
      source.relation,
      source.key,
      source.through,
      // The scan's bound is on one time column: two sources over one table may go by different ones.
      source.time,
      source.timezone,
      splits ? hasLowEnd(window) : null,
      perSplit ? split : null,
    ]);
    groups.set(id, [...(groups.get(id) ?? []), aggregate]);
  }
  return [...groups.values()].map((group) => ({ source: group[0]!.over.source, aggregates: group }));
}

/** Where scans are split at all, rows are stored by column. */
function isColumnStore({ splitScansFrom }: Capabilities): boolean {
  return Number.isFinite(splitScansFrom);
}

function wideQuery(input: WideInput, scans: readonly Scan[], names: Names): Select {
  const { entity, key, scope, full } = input;
  const sql = input.facts.flatMap((fact) =>
    fact.kind === 'sql' ? [sqlColumn(fact, sqlName(names.fact(fact)), scope)] : [],
  );
  const traitNames = [...new Set(input.traits)];
  const traits = traitJoins(entity, traitNames, scope.catalog, sql);
  const k = full ? keyOf(entity, ENTITY, key, scope.catalog) : column('k', 'affected');
  const onKey = (own: Expression): Expression => compare(own, '=', k);
  const ofEntity: Join = {
    type: 'join',
    from: traits.entity,
    as: ENTITY,
    on: onKey(keyOf(entity, ENTITY, key, scope.catalog)),
  };
  const facts = factColumns(input, names, k);
  return {
    kind: 'select',
    columns: [
      { expression: k, as: 'k' },
      { expression: full ? keyText(k, key) : column('entity_key', 'affected'), as: 'entity_key' },
      ...input.causes.map((as) => ({ expression: column(as, 'affected'), as })),
      ...traitNames.map((name) => ({ expression: traits.column(name), as: names.trait(name) })),
      ...scans.flatMap((scan, index) =>
        scan.aggregates.map((aggregate) => ({
          expression: column(names.aggregate(aggregate), `g${index}`),
          as: names.aggregate(aggregate),
        })),
      ),
      ...facts.columns,
    ],
    from: full ? traits.entity : { kind: 'step', name: steps.affected },
    as: full ? ENTITY : 'affected',
    joins: [
      ...(full ? [] : [ofEntity]),
      ...traits.joins((table, as) => onKey(keyOf(table, as, key, scope.catalog))),
      ...scans.map((scan, index): Join => {
        const as = `g${index}`;
        const from: From = { kind: 'query', query: scanQuery(scan, input, names) };
        return { type: 'left join', from, as, on: onKey(column('k', as)) };
      }),
      ...facts.joins,
    ],
    ...(full ? { where: [{ kind: 'is_null', of: k, negated: true } as Expression] } : {}),
  };
}

function factColumns(
  input: WideInput,
  names: Names,
  k: Expression,
): { columns: SelectColumn[]; joins: Join[] } {
  const columns: SelectColumn[] = [];
  const joins: Join[] = [];
  for (const fact of input.facts) {
    const as = names.fact(fact);
    const join = factJoin(fact, as, k, { ...input, of: input.full ? 'all' : 'affected' });
    if (join) joins.push(join);
    const holds = fact.kind === 'sql' ? column(sqlName(as), ENTITY) : factHolds(fact, as);
    columns.push({ expression: holds, as });
  }
  return { columns, joins };
}

/** Among the entity's own columns, where any name may be taken. */
function sqlName(name: string): string {
  return `segsync_${name}`;
}

/**
 * The affected keys are joined, not looked up by IN; on a column store nothing else narrows the scan, for the join on
 * the key column alone is cheaper than testing every row's text and time first (`npm run bench`).
 */
function scanQuery(scan: Scan, input: WideInput, names: Names): Query {
  const { source } = scan;
  const { joins, k } = sourceRows(source, input.full ? 'all' : 'affected', input.key, input.scope.catalog);
  return {
    kind: 'select',
    columns: [
      { expression: k, as: 'k' },
      ...scan.aggregates.map((aggregate) => ({
        expression: aggregateExpression(aggregate, ROW, input.scope),
        as: names.aggregate(aggregate),
        comment: describeAggregate(aggregate),
      })),
    ],
    from: { kind: 'relation', relation: source.relation },
    as: ROW,
    joins,
    where: input.full || !isColumnStore(input.capabilities) ? scanBounds(scan, input.scope) : [],
    groupBy: [k],
  };
}

/** Rows that no aggregate of the scan can use need not be read: outside the widest window, of other split values. */
function scanBounds({ source, aggregates }: Scan, scope: Scope): Expression[] {
  const lows = aggregates.map(({ over }) => lowEnd(over.window, scope));
  const splits = splitBound(
    aggregates.map(({ over }) => over),
    ROW,
  );
  if (source.time === undefined || !lows.every((each) => each !== undefined)) return splits;
  const lowest = earliest(lows)!;
  return [...splits, compareTime(timeOf(source, source.time, ROW, scope, source.place), '>=', lowest)];
}

function lowEnd(window: Window | undefined, { t, timezone }: Scope): Instant | undefined {
  return window === undefined ? undefined : boundsOf(window, t, timezone).low?.at;
}

/** `count of added_to_cart within 30m`, for the comment beside an aggregate. */
function describeAggregate(aggregate: Aggregate): string {
  const { source, split, window, filter } = aggregate.over;
  const of = aggregate.of === undefined ? '' : ` of ${aggregate.of}`;
  const filtered = filter && (split === undefined || filter.kind === 'all') ? ', filtered' : '';
  return `${aggregate.fn}${of}: ${split ?? source.name}${window ? ` ${windowName(window)}` : ''}${filtered}`;
}

/** Counts rows of the wide row and of keys that have more than one: what a 1:1 table with two rows for a key does. */
export function duplicatesQuery(wide: Step): Query {
  const one: Expression = { kind: 'aggregate', fn: 'count' };
  const repeated: Select = {
    kind: 'select',
    columns: [{ expression: column('k'), as: 'k' }],
    from: { kind: 'step', name: wide.name },
    groupBy: [column('k')],
    having: [compare(one, '>', number('1'))],
  };
  return {
    kind: 'select',
    columns: [{ expression: call('coalesce', one, number('0')), as: 'keys' }],
    from: { kind: 'query', query: repeated },
    as: 'repeated',
  };
}
