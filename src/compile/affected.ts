/** Who can have changed since the last tick: the keys of rows that arrived, and of rows that an edge crossed. */
import type { Entity, Source, Table } from '../config/project.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { RowCondition } from '../segment/condition.ts';
import { waitId } from '../segment/damping.ts';
import { type Edge, edgeLabel } from '../segment/edges.ts';
import { linkOf, type ReadTable, relationName, storedId } from '../segment/reads.ts';
import { positionName, standsAt } from '../segment/window.ts';
import type { Capture } from '../warehouse/warehouse.ts';
import { CAUSED_AT, type Causes } from './causes.ts';
import { crossedAt } from './crossed-at.ts';
import type { Damped } from './damped.ts';
import { and, call, column, compare, type Expression, number, or, text, value } from './expression.ts';
import type { EntityKey } from './key.ts';
import { fromKeyText, isReadable, keyEquals, keyOf, keyText } from './key.ts';
import type { From, Join, Query, Select, SelectColumn, Step } from './query.ts';
import { operandOf, rowCondition, type Scope, timeOf } from './rows.ts';
import { inSlices } from './slices.ts';
import { ROW, sourceKeys } from './source-rows.ts';
import { steps } from './steps.ts';
import { asInstant, compareTime } from './time.ts';
import { ENTITY } from './traits.ts';

/** From where on a table's rows count as arrived. */
export type ArrivedSince =
  /** Nothing was shown yet: every row. */
  | { readonly kind: 'all' }
  | { readonly kind: 'instant'; readonly at: Instant; readonly inclusive: boolean; readonly reason: string }
  | { readonly kind: 'integer'; readonly at: string; readonly inclusive: boolean; readonly reason: string };

/** A table that is read, from where on its rows count as arrived, and what the warehouse knows beyond the cursor. */
export interface ReadSince extends ReadTable {
  readonly since: ArrivedSince;
  /** Of rows under the alias `r`. */
  readonly capture?: Capture;
}

export interface AffectedInput {
  readonly entity: Entity;
  readonly key: EntityKey;
  readonly reads: readonly ReadSince[];
  readonly edges: readonly Edge[];
  readonly stored: readonly StoredSince[];
  readonly drifted: readonly string[];
  /** The table `changes`, or what stands for it. */
  readonly changes: From;
  readonly damped?: Damped;
  /** The last tick's instant. */
  readonly t0: Instant;
  readonly causes: Causes;
  readonly scope: Scope;
}

/** A `query:` segment that is referred to, and the newest of its ticks that was seen. */
export interface StoredSince {
  readonly segment: string;
  readonly tickId: string;
}

/** Columns: `k` (the entity's key type), `entity_key` (text), and the causes' columns. One row a key. */
export function affectedStep(input: AffectedInput): Step {
  const query: Select = {
    kind: 'select',
    columns: [
      { expression: column('k'), as: 'k' },
      { expression: keyText(column('k'), input.key), as: 'entity_key' },
      ...input.causes.columns,
    ],
    from: { kind: 'query', query: causeRows(input) },
    as: 'causes',
    where: [KNOWN],
    groupBy: [column('k')],
  };
  return { name: steps.affected, comment: 'keys that can have changed since the last tick', query };
}

/** One row (`found`) as soon as any key can have changed since the last tick, none otherwise. */
export function probe(input: AffectedInput): Query {
  return {
    kind: 'select',
    comment: ['whether any key can have changed since the last tick'],
    columns: [{ expression: number('1'), as: 'found' }],
    from: { kind: 'query', query: causeRows(input) },
    as: 'causes',
    where: [KNOWN],
    limit: 1,
  };
}

/** A key of NULL belongs to nobody. */
const KNOWN: Expression = { kind: 'is_null', of: column('k'), negated: true };

function causeRows(input: AffectedInput): Query {
  return {
    kind: 'union',
    of: [
      ...arrivals(input),
      ...crossings(input),
      ...storedChanges(input),
      ...drifted(input),
      ...endedWaits(input),
    ],
  };
}

/** One key by its text, as if it were affected: for looking at a single entity row. */
export function keyLookup(entity: Entity, key: EntityKey, keyTextSought: string, scope: Scope): Step {
  const own = keyOf(entity, 'entity', key, scope.catalog);
  return {
    name: steps.affected,
    comment: 'the key that is asked for',
    query: {
      kind: 'select',
      // Two rows for it, of which the newest is taken, must not double what is counted.
      distinct: true,
      columns: [
        { expression: own, as: 'k' },
        { expression: keyText(own, key), as: 'entity_key' },
        { expression: value({ type: 'instant', instant: scope.t }), as: CAUSED_AT },
      ],
      from: { kind: 'relation', relation: entity.relation },
      as: 'entity',
      where: [keyEquals(text(keyTextSought), entity, 'entity', key, scope.catalog)],
    },
  };
}

function arrivals(input: AffectedInput): Query[] {
  return input.reads.flatMap((read) => {
    const { table, since, capture } = read;
    const name = relationName(table.relation);
    const t = value({ type: 'instant', instant: input.scope.t });
    const filter = anyOf(read.filters, table, input.scope);
    const fed = capture?.feed === undefined ? [] : [feedScan(input, read, capture.feed)];
    if (!table.cursor || (fed.length > 0 && !capture?.isLate)) return fed;
    const operand = operandOf(table, table.cursor.column, aliasIn(table), input.scope, table.place);
    const when = operand.time ? asInstant(operand.time) : t;
    if (since.kind === 'all') {
      const why = `${name}: nothing was seen of it before, so every row counts as new`;
      return [...fed, scan(input, read, [why], when, filter)];
    }
    const unseen: Expression[] =
      capture?.narrows === undefined ? [] : [{ kind: 'native', sql: capture.narrows }];
    const ofThem = unseen.length > 0 ? ', of them those not visible at the last tick' : '';
    const undated: Expression = { kind: 'is_null', of: operand.expression };
    const often = unseen.length > 0 ? `count as new${ofThem}` : 'count as new at every tick';
    return [
      ...fed,
      scan(input, read, [`${name}: rows that arrived or were edited, ${since.reason}${ofThem}`], when, [
        arrivedBound(operand, since),
        ...unseen,
        ...filter,
      ]),
      scan(input, read, [`${name}: rows whose cursor is unknown ${often}`], t, [
        undated,
        ...unseen,
        ...filter,
      ]),
    ];
  });
}

/** Dated by the cursor, where there is one. */
function feedScan(input: AffectedInput, read: AffectedInput['reads'][number], feed: string): Select {
  const { table } = read;
  const { scope } = input;
  const time = table.cursor && operandOf(table, table.cursor.column, aliasIn(table), scope, table.place).time;
  const when = time ? asInstant(time) : value({ type: 'instant', instant: scope.t });
  const why = `${relationName(table.relation)}: rows that were added, changed or deleted`;
  return scan(input, { ...read, from: { kind: 'state', sql: feed } }, [why], when, []);
}

function arrivedBound(
  operand: ReturnType<typeof operandOf>,
  since: Exclude<ArrivedSince, { kind: 'all' }>,
): Expression {
  const op = since.inclusive ? '>=' : '>';
  if (since.kind === 'integer') return compare(operand.expression, op, number(since.at));
  return operand.time
    ? compareTime(operand.time, op, since.at)
    : compare(operand.expression, op, value({ type: 'instant', instant: since.at }));
}

function crossings(input: AffectedInput): Query[] {
  const { scope, t0 } = input;
  return input.edges.flatMap((edge) => {
    const { table, column: name, position } = edge;
    const from = standsAt(position, t0, scope.timezone);
    const to = standsAt(position, scope.t, scope.timezone);
    // An edge that jumps from unit to unit stands still between: then it crossed nothing.
    if (from === to) return [];
    const time = timeOf(table, name, aliasIn(table), scope, table.place);
    const why = `${relationName(table.relation)}: rows whose ${name} the edge ${positionName(position)} crossed`;
    return scan(
      input,
      { table, id: edgeLabel(edge) },
      [why, `${formatInstant(from)} to ${formatInstant(to)}`],
      crossedAt(time, position, t0, scope),
      [compareTime(time, '>=', from), compareTime(time, '<=', to), ...anyOf(edge.filters, table, scope)],
    );
  });
}

/** Members that a `query:` segment gained or lost since the last tick. */
function storedChanges(input: AffectedInput): Query[] {
  const { entity, key, scope } = input;
  const ofEntity = entityOfKey(input);
  return input.stored.map(({ segment, tickId }): Select => {
    const since = compare(column('tick_id', ROW), '>', number(tickId));
    const isOne: Expression = { kind: 'in', of: column('op', ROW), values: [text('enter'), text('exit')] };
    return {
      kind: 'select',
      comment: [`members that ${segment} gained or lost`],
      columns: [
        { expression: keyOf(entity, ENTITY, key, scope.catalog), as: 'k' },
        { expression: column('caused_at', ROW), as: CAUSED_AT },
        ...(input.causes.tagged ? tag(undefined, input.causes.labelOf(storedId(segment))) : []),
      ],
      from: input.changes,
      as: ROW,
      joins: [ofEntity],
      where: [compare(column('segment', ROW), '=', text(segment)), since, isOne],
    };
  });
}

function entityOfKey({ entity, key, scope }: AffectedInput): Join {
  return {
    type: 'join',
    from: { kind: 'relation', relation: entity.relation },
    as: ENTITY,
    on: keyEquals(column('entity_key', ROW), entity, ENTITY, key, scope.catalog),
  };
}

/** Who waited to enter or to exit, and need not any longer. */
function endedWaits(input: AffectedInput): Query[] {
  const { damped, entity, key, scope, causes } = input;
  if (!damped) return [];
  const { pending } = damped;
  const t = value({ type: 'instant', instant: scope.t });
  const readable = isReadable(key.type);
  return damped.segments.map(({ name }): Select => {
    return {
      kind: 'select',
      comment: [`${name}: those whose wait is over`],
      columns: [
        {
          expression: readable
            ? fromKeyText(column('entity_key', ROW), key)
            : keyOf(entity, ENTITY, key, scope.catalog),
          as: 'k',
        },
        { expression: column('due_at', ROW), as: CAUSED_AT },
        ...(causes.tagged ? tag(undefined, causes.labelOf(waitId(name))) : []),
      ],
      from: pending,
      as: ROW,
      joins: readable ? [] : [entityOfKey(input)],
      where: [
        compare(column('segment', ROW), '=', text(name)),
        compare(column('due_at', ROW), '<=', t),
        ...inSlices(pending, [name], ROW),
      ],
    };
  });
}

/** Keys that a full pass found different; those that are no keys any more come from their text. */
function drifted({ drifted: keys, key, causes, scope }: AffectedInput): Query[] {
  if (keys.length === 0) return [];
  return [
    {
      kind: 'select',
      comment: ['keys that a full pass found different'],
      columns: [
        { expression: fromKeyText(column('entity_key', ROW), key), as: 'k' },
        { expression: value({ type: 'instant', instant: scope.t }), as: CAUSED_AT },
        ...(causes.tagged ? tag(undefined, '') : []),
      ],
      from: { kind: 'values', texts: keys },
      as: ROW,
      asColumns: ['entity_key'],
    },
  ];
}

/** Columns stand without an alias where the table is alone. */
function aliasIn(table: Table): string | undefined {
  return linkOf(table) ? ROW : undefined;
}

/** Which cause a row is, for the segments that it concerns; and its split value, if it has one. */
function tag(table: Table | undefined, cause: string): SelectColumn[] {
  const split = table && (table as Partial<Source>).split;
  const none = value({ type: 'null', of: 'text' });
  return [
    { expression: text(cause), as: 'cause' },
    {
      expression: split === undefined ? none : call('text_of', column(split, aliasIn(table!))),
      as: 'split',
    },
  ];
}

/** What is scanned, and under which name rows tell that they come from it. */
interface Scanned {
  readonly table: Table;
  readonly id: string;
  /** Instead of the table. */
  readonly from?: From;
}

function scan(
  input: AffectedInput,
  { table, id, from }: Scanned,
  comment: readonly string[],
  causedAt: Expression,
  where: readonly Expression[],
): Select {
  const { joins, k } = sourceKeys(table, input.key, input.scope.catalog);
  return {
    kind: 'select',
    comment,
    columns: [
      { expression: k, as: 'k' },
      { expression: causedAt, as: CAUSED_AT },
      ...(input.causes.tagged ? tag(table, input.causes.labelOf(id)) : []),
    ],
    from: from ?? { kind: 'relation', relation: table.relation },
    as: ROW,
    joins,
    where: where.flatMap((each) => (each.kind === 'and' ? each.of : [each])),
  };
}

function anyOf(filters: readonly RowCondition[] | undefined, table: Table, scope: Scope): Expression[] {
  if (!filters || filters.length === 0) return [];
  const any = or(filters.map((filter) => rowCondition(filter, table, aliasIn(table), scope)));
  return any.kind === 'constant' && any.value ? [] : [and([any])];
}
