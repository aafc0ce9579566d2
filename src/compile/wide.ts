/** The wide row: one row a key that is evaluated, with every trait and measure that some segment of the tick asks for. */
import type { Entity, Source } from '../config/project.ts';
import { formatDuration, type Instant } from '../instant.ts';
import type { Window } from '../segment/condition.ts';
import { boundsOf } from '../segment/edges.ts';
import { withoutPlaces } from '../segment/reads.ts';
import type { Capabilities } from '../warehouse/warehouse.ts';
import { call, column, compare, type Expression, number, text } from './expression.ts';
import { type EntityKey, keyOf, keyText } from './key.ts';
import type { Aggregate } from './measure.ts';
import { aggregateExpression, aggregateId } from './measure.ts';
import type { From, Join, Query, Select, SelectColumn, Step } from './query.ts';
import { type Scope, timeOf } from './rows.ts';
import { steps } from './steps.ts';
import { compareTime } from './time.ts';
import { ENTITY, traitJoins } from './traits.ts';

export interface WideInput {
  readonly entity: Entity;
  readonly key: EntityKey;
  readonly traits: readonly string[];
  readonly aggregates: readonly Aggregate[];
  /** Everyone, or the affected keys only. */
  readonly full: boolean;
  /** Columns of the affected keys that changes are dated by. */
  readonly causes: readonly string[];
  readonly capabilities: Capabilities;
  readonly scope: Scope;
}

export interface Wide {
  readonly step: Step;
  /** Column of a trait or an aggregate in the wide row. */
  traitColumn(name: string): string;
  aggregateColumn(aggregate: Aggregate): string;
}

/** Columns: `k`, `entity_key`, what changes are dated by, one for each trait and aggregate. */
export function wideStep(input: WideInput): Wide {
  const distinct = new Map(input.aggregates.map((aggregate) => [aggregateId(aggregate), aggregate]));
  const names = new Map([...distinct.keys()].map((id, index) => [id, `m${index}`]));
  const nameOf = (aggregate: Aggregate): string => names.get(aggregateId(aggregate))!;
  const traitColumn = (name: string): string => `t_${name}`;
  const scans = scansOf([...distinct.values()], input);
  const step: Step = {
    name: steps.wide,
    comment: input.full
      ? 'everyone, with what the segments ask for'
      : 'the affected keys, with what the segments ask for',
    query: wideQuery(input, scans, nameOf, traitColumn),
  };
  return { step, traitColumn, aggregateColumn: nameOf };
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

function hasLowEnd(window: Window | undefined): boolean {
  return window !== undefined && boundsOf(window, 0n).low !== undefined;
}

function wideQuery(
  input: WideInput,
  scans: readonly Scan[],
  nameOf: (aggregate: Aggregate) => string,
  traitColumn: (name: string) => string,
): Select {
  const { entity, key, scope, full } = input;
  const traitNames = [...new Set(input.traits)];
  const traits = traitJoins(entity, traitNames, scope.catalog);
  const k = full ? keyOf(entity, ENTITY, key, scope.catalog) : column('k', 'affected');
  const onKey = (own: Expression): Expression => compare(own, '=', k);
  const joins: Join[] = [
    ...(full
      ? []
      : [
          {
            type: 'join' as const,
            from: traits.entity,
            as: ENTITY,
            on: onKey(keyOf(entity, ENTITY, key, scope.catalog)),
          },
        ]),
    ...traits.joins((table, as) => onKey(keyOf(table, as, key, scope.catalog))),
    ...scans.map((scan, index): Join => {
      const as = `g${index}`;
      const from: From = { kind: 'query', query: scanQuery(scan, input, nameOf) };
      return { type: 'left join', from, as, on: onKey(column('k', as)) };
    }),
  ];
  const columns: SelectColumn[] = [
    { expression: k, as: 'k' },
    { expression: full ? keyText(k, key) : column('entity_key', 'affected'), as: 'entity_key' },
    ...input.causes.map((as) => ({ expression: column(as, 'affected'), as })),
    ...traitNames.map((name) => ({ expression: traits.column(name), as: traitColumn(name) })),
    ...scans.flatMap((scan, index) =>
      scan.aggregates.map((aggregate) => ({
        expression: column(nameOf(aggregate), `g${index}`),
        as: nameOf(aggregate),
      })),
    ),
  ];
  return {
    kind: 'select',
    columns,
    from: full ? traits.entity : { kind: 'step', name: steps.affected },
    as: full ? ENTITY : 'affected',
    joins,
    ...(full ? { where: [{ kind: 'is_null', of: k, negated: true } as Expression] } : {}),
  };
}

/**
 * The affected keys are joined, not looked up by IN; on a column store nothing else narrows the scan, for the join on
 * the key column alone is cheaper than testing every row's text and time first (`npm run bench`).
 */
function scanQuery(scan: Scan, input: WideInput, nameOf: (aggregate: Aggregate) => string): Query {
  const { source } = scan;
  const k = keyOf(source, 'r', input.key, input.scope.catalog);
  return {
    kind: 'select',
    columns: [
      { expression: k, as: 'k' },
      ...scan.aggregates.map((aggregate) => ({
        expression: aggregateExpression(aggregate, 'r', input.scope),
        as: nameOf(aggregate),
        comment: describeAggregate(aggregate),
      })),
    ],
    from: { kind: 'relation', relation: source.relation },
    as: 'r',
    ...(input.full
      ? {}
      : {
          joins: [
            {
              type: 'join' as const,
              from: { kind: 'step' as const, name: steps.affected },
              as: 'a',
              on: compare(column('k', 'a'), '=', k),
            },
          ],
        }),
    where: input.full || !isColumnStore(input.capabilities) ? scanBounds(scan, input.scope) : [],
    groupBy: [k],
  };
}

/** Rows that no aggregate of the scan can use need not be read: outside the widest window, of other split values. */
function scanBounds(scan: Scan, scope: Scope): Expression[] {
  const { source, aggregates } = scan;
  const splits = aggregates.map((aggregate) => aggregate.over.split);
  const lows = aggregates.map((aggregate) => lowEnd(aggregate.over.window, scope.t));
  const bounds: Expression[] = [];
  if (source.split !== undefined && splits.every((each) => each !== undefined)) {
    const values = [...new Set(splits)].sort().map((each) => text(each!));
    bounds.push({ kind: 'in', of: column(source.split, 'r'), values });
  }
  if (source.time !== undefined && lows.every((each) => each !== undefined)) {
    const lowest = lows.map((each) => each!).sort((a, b) => (a < b ? -1 : 1))[0]!;
    bounds.push(compareTime(timeOf(source, source.time, 'r', scope, source.place), '>=', lowest));
  }
  return bounds;
}

function lowEnd(window: Window | undefined, t: Instant): Instant | undefined {
  return window === undefined ? undefined : boundsOf(window, t).low?.at;
}

/** `count of added_to_cart within 30m`, for the comment beside an aggregate. */
function describeAggregate(aggregate: Aggregate): string {
  const { source, split, window, filter } = aggregate.over;
  const of = aggregate.of === undefined ? '' : ` of ${aggregate.of}`;
  const filtered = filter && (split === undefined || filter.kind === 'all') ? ', filtered' : '';
  return `${aggregate.fn}${of}: ${split ?? source.name}${window ? ` ${describeWindow(window)}` : ''}${filtered}`;
}

function describeWindow(window: Window): string {
  switch (window.kind) {
    case 'within':
    case 'older_than':
    case 'next':
      return `${window.kind} ${formatDuration(window.duration)}`;
    case 'between':
      return `between ${formatDuration(window.from)} and ${formatDuration(window.to)} ago`;
    case 'after':
    case 'before':
      return `${window.kind} a fixed instant`;
  }
}

/** Counts rows of the wide row and of keys that have more than one: what a 1:1 table with two rows for a key does. */
export function duplicatesQuery(): Query {
  const one: Expression = { kind: 'aggregate', fn: 'count' };
  const repeated: Select = {
    kind: 'select',
    columns: [{ expression: column('k'), as: 'k' }],
    from: { kind: 'step', name: steps.wide },
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
