/** One key looked at closely: each node's verdict, what leaves are made of, the rows behind them, and their edges. */
import type { Entity } from '../config/project.ts';
import type { Instant } from '../instant.ts';
import type { Edge } from '../segment/edges.ts';
import { measuresOf, traitsOf } from '../segment/reads.ts';
import type { RowsOf, Verdict } from '../segment/resolve.ts';
import { standsAt } from '../segment/window.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Capabilities } from '../warehouse/warehouse.ts';
import { keyLookup } from './affected.ts';
import type { Operand } from './comparison.ts';
import {
  and,
  asText,
  call,
  column,
  compare,
  type Expression,
  known,
  number,
  or,
  text,
} from './expression.ts';
import { factsOf } from './facts.ts';
import { entityKey } from './key.ts';
import { aggregatesOf } from './measure.ts';
import type { From, Query, Select, SelectColumn } from './query.ts';
import { operandOf, rowCondition, type Scope, timeOf, whichRows } from './rows.ts';
import { stepInstants } from './sequence.ts';
import { ROW, sourceRows } from './source-rows.ts';
import { asInstant, compareTime, inWindow } from './time.ts';
import { type Context, condition, shareBucket, sideOf } from './verdict.ts';
import { type Wide, wideStep } from './wide.ts';

export interface WhyInput {
  readonly entity: Entity;
  /** As it was typed. */
  readonly key: string;
  /** The whole segment's: whatever else is asked about must be part of it. */
  readonly verdict: Verdict;
  readonly membership: From;
  readonly capabilities: Capabilities;
  readonly scope: Scope;
}

/** How a reading's text is to be read: an instant stands as microseconds since 1970. */
export type ReadAs = 'instant' | 'number' | 'boolean' | 'text';

export interface Reading {
  readonly column: string;
  readonly as: ReadAs;
}

/** Columns `entity_key`, `n0`... whether each of `verdicts` holds (1 or 0), and `v0`... the readings' texts. */
export interface Look {
  readonly query: Select;
  /** Of each of `verdicts`: what its leaf is made of, in the order of its sides. */
  readonly readings: readonly (readonly Reading[])[];
}

/** The verdicts of a key at the scope's instant, and the values of those that are leaves. */
export function lookQuery(input: WhyInput, verdicts: readonly Verdict[]): Look {
  const wide = wideOf(input, 1, input.scope);
  const context: Context = { entity: input.entity, wide, scope: input.scope };
  const columns: SelectColumn[] = [];
  const readings = verdicts.map((verdict) =>
    readingsOf(verdict, context).map(({ expression, as }): Reading => {
      const name = `v${columns.length}`;
      columns.push({ expression, as: name });
      return { column: name, as };
    }),
  );
  const holds = verdicts.map((verdict, i) => ({
    expression: flag(condition(verdict, context)),
    as: `n${i}`,
  }));
  const key = { expression: column('entity_key'), as: 'entity_key' };
  return {
    readings,
    query: {
      kind: 'select',
      with: [lookup(input), [wide.step.name, wide.step.query]],
      columns: [key, ...holds, ...columns],
      from: { kind: 'step', name: wide.step.name },
    },
  };
}

/** Columns `at`, the index of an instant, and `holds` (1 or 0): the whole verdict at each of some instants. */
export function verdictsAt(input: WhyInput, instants: readonly Instant[]): Select {
  const parts = instants.map((t, index) => {
    const scope = { ...input.scope, t };
    return { index, scope, wide: wideOf(input, index + 1, scope) };
  });
  const of = parts.map(
    ({ index, scope, wide }): Query => ({
      kind: 'select',
      columns: [
        { expression: number(String(index)), as: 'at' },
        { expression: flag(condition(input.verdict, { entity: input.entity, wide, scope })), as: 'holds' },
      ],
      from: { kind: 'step', name: wide.step.name },
    }),
  );
  return {
    kind: 'select',
    with: [lookup(input), ...parts.map(({ wide }) => [wide.step.name, wide.step.query] as const)],
    columns: [plain('at'), plain('holds')],
    from: { kind: 'query', query: { kind: 'union', of } },
    as: 'judged',
  };
}

export function lookup({ entity, key, scope }: WhyInput): readonly [string, Query] {
  const step = keyLookup(entity, entityKey(entity, scope.catalog), key, scope);
  return [step.name, step.query];
}

function wideOf({ entity, verdict, membership, capabilities }: WhyInput, part: number, scope: Scope): Wide {
  return wideStep({
    entity,
    key: entityKey(entity, scope.catalog),
    traits: [...new Set(traitsOf(verdict))],
    aggregates: measuresOf(verdict).flatMap(aggregatesOf),
    facts: factsOf(verdict),
    full: false,
    causes: [],
    membership,
    capabilities,
    scope,
    part,
  });
}

export interface Read {
  readonly expression: Expression;
  readonly as: ReadAs;
}

function readingsOf(verdict: Verdict, context: Context): Read[] {
  switch (verdict.kind) {
    case 'trait': {
      const { trait, place } = verdict;
      return sideReadings(sideOf({ kind: 'trait', trait, place }, context));
    }
    case 'measure':
      return sideReadings(sideOf({ kind: 'measure', measure: verdict.measure }, context));
    case 'compare':
      return [verdict.left, verdict.right].flatMap((side) => sideReadings(sideOf(side, context)));
    case 'share':
      return [{ expression: call('text_of', shareBucket(verdict.name)), as: 'number' }];
    case 'sql':
      return [{ expression: asText(column(context.wide.factColumn(verdict)), 'boolean'), as: 'boolean' }];
    default:
      return [];
  }
}

/** Of an average its sum, then how many values there are. */
function sideReadings({ operand, per }: ReturnType<typeof sideOf>): Read[] {
  if (!per) return [readOf(operand)];
  const count = call('coalesce', per, number('0'));
  return [readOf(operand), { expression: call('text_of', count), as: 'number' }];
}

const NUMBERS = new Set<SqlType>(['integer', 'decimal', 'float']);

/** How a value is read as text. */
export function readOf({ expression, type, time }: Operand): Read {
  if (time && time.type !== 'date') {
    return { expression: call('text_of', call('micros_of', asInstant(time))), as: 'instant' };
  }
  if (type === 'boolean') return { expression: asText(expression, type), as: 'boolean' };
  return { expression: asText(expression, type), as: NUMBERS.has(type) ? 'number' : 'text' };
}

/** Rows that a leaf or a step looks at. */
export interface Behind {
  readonly rows: RowsOf;
  /** Columns that the condition reads, the time apart. */
  readonly columns: readonly string[];
}

/** Columns `leaf`, `rank` from 1, `counted` (1 or 0: in the window), `at` (microseconds), `c0`...: the newest rows of each. */
export interface RowsLook {
  readonly query: Select;
  readonly columns: readonly (readonly ReadAs[])[];
}

/** The newest `most` rows of each leaf, those that lie in its window first. */
export function rowsQuery(input: WhyInput, behind: readonly Behind[], most: number): RowsLook {
  const width = Math.max(...behind.map(({ columns }) => columns.length));
  const found = behind.map((each, leaf) => leafRows(input, each, leaf, width));
  const names = ['leaf', 'counted', 'at', ...Array.from({ length: width }, (_, i) => `c${i}`), 'rank'];
  return {
    columns: found.map(({ as }) => as),
    query: {
      kind: 'select',
      with: [lookup(input)],
      columns: names.map(plain),
      from: { kind: 'query', query: { kind: 'union', of: found.map(({ query }) => query) } },
      as: 'behind',
      where: [compare(column('rank'), '<=', number(String(most)))],
      orderBy: [{ by: column('leaf') }, { by: column('rank') }],
    },
  };
}

/** Before every instant that there is. */
export const UNDATED = number('-4000000000000000000');

function leafRows(
  { entity, scope }: WhyInput,
  { rows, columns }: Behind,
  leaf: number,
  width: number,
): { query: Query; as: ReadAs[] } {
  const { source, window, place } = rows;
  const { joins, k } = sourceRows(source, 'affected', entityKey(entity, scope.catalog), scope.catalog);
  const time = source.time === undefined ? undefined : timeOf(source, source.time, ROW, scope, place);
  const micros = time && call('micros_of', asInstant(time));
  const counted = flag(time && window ? inWindow(time, window, scope.t) : { kind: 'constant', value: true });
  const reads = columns.map((name) => readOf(operandOf(source, name, ROW, scope, place)));
  const none = { kind: 'value', value: { type: 'null', of: 'text' } } as const;
  const texts = Array.from({ length: width }, (_, i): Expression => reads[i]?.expression ?? none);
  const order = [
    { by: counted, descending: true },
    ...(micros ? [{ by: call('coalesce', micros, UNDATED), descending: true }] : []),
    ...reads.map(({ expression }) => ({ by: call('coalesce', expression, text('')) })),
  ];
  const where = whichRows(rows, ROW, scope);
  return {
    as: reads.map(({ as }) => as),
    query: {
      kind: 'select',
      columns: [
        { expression: number(String(leaf)), as: 'leaf' },
        { expression: counted, as: 'counted' },
        { expression: micros ? call('text_of', micros) : none, as: 'at' },
        ...texts.map((expression, i) => ({ expression, as: `c${i}` })),
        { expression: { kind: 'row_number', partitionBy: [k], orderBy: order }, as: 'rank' },
      ],
      from: { kind: 'relation', relation: source.relation },
      as: ROW,
      joins,
      where: [where],
    },
  };
}

/** Columns `edge`, `at` (microseconds), `rank` from 1: of each edge, the instants that it will pass, the next `most`. */
export function edgesQuery(input: WhyInput, edges: readonly Edge[], most: number): Select {
  const of = edges.map((edge, index) => edgeInstants(input, edge, index));
  const ranked: Select = {
    kind: 'select',
    columns: [
      plain('edge'),
      plain('at'),
      {
        expression: { kind: 'row_number', partitionBy: [column('edge')], orderBy: [{ by: column('at') }] },
        as: 'rank',
      },
    ],
    from: { kind: 'query', query: { kind: 'union', of } },
    as: 'crossing',
  };
  return {
    kind: 'select',
    with: [lookup(input)],
    columns: ['edge', 'at', 'rank'].map(plain),
    from: { kind: 'query', query: ranked },
    as: 'ranked',
    where: [compare(column('rank'), '<=', number(String(most)))],
    orderBy: [{ by: column('edge') }, { by: column('rank') }],
  };
}

function edgeInstants({ entity, scope }: WhyInput, edge: Edge, index: number): Query {
  const { table, position } = edge;
  const { joins } = sourceRows(table, 'affected', entityKey(entity, scope.catalog), scope.catalog);
  const time = timeOf(table, edge.column, ROW, scope, table.place);
  const filter = or((edge.filters ?? []).map((each) => rowCondition(each, table, ROW, scope)));
  const ahead = compareTime(time, '>=', standsAt(position, scope.t, scope.timezone));
  return {
    kind: 'select',
    distinct: true,
    columns: [
      { expression: number(String(index)), as: 'edge' },
      { expression: call('micros_of', asInstant(time)), as: 'at' },
    ],
    from: { kind: 'relation', relation: table.relation },
    as: ROW,
    joins,
    where: [and([ahead, ...(edge.filters ? [filter] : [])])],
  };
}

/** Columns `at` (microseconds) and the flags: at which instants a sequence's steps have rows, the newest `most`. */
export function stepsQuery(
  input: WhyInput,
  sequence: Parameters<typeof stepInstants>[0],
  most: number,
): { query: Select; flags: readonly string[] } {
  const key = entityKey(input.entity, input.scope.catalog);
  const { query, flags } = stepInstants(sequence, key, input.scope);
  const at = call('micros_of', column('happened_at'));
  const newest = {
    kind: 'row_number',
    partitionBy: [column('k')],
    orderBy: [{ by: column('happened_at'), descending: true }],
  } as const;
  const ranked: Select = {
    kind: 'select',
    columns: [{ expression: at, as: 'at' }, ...flags.map(plain), { expression: newest, as: 'rank' }],
    from: { kind: 'query', query },
    as: 'steps',
  };
  return {
    flags,
    query: {
      kind: 'select',
      with: [lookup(input)],
      columns: [plain('at'), ...flags.map(plain)],
      from: { kind: 'query', query: ranked },
      as: 'ranked',
      where: [compare(column('rank'), '<=', number(String(most)))],
    },
  };
}

function flag(of: Expression): Expression {
  return { kind: 'case', branches: [[known(of), number('1')]], otherwise: number('0') };
}

function plain(name: string): SelectColumn {
  return { expression: column(name), as: name };
}
