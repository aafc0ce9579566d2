/** Who can have changed since the last tick: the keys of rows that arrived, and of rows that an edge crossed. */
import type { Entity, Source, Table } from '../config/project.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { RowCondition } from '../segment/condition.ts';
import { type Edge, edgeLabel, edgeName } from '../segment/edges.ts';
import { type ReadTable, relationName } from '../segment/reads.ts';
import { CAUSED_AT, type Causes } from './causes.ts';
import { and, call, column, compare, type Expression, number, or, text, value } from './expression.ts';
import type { EntityKey } from './key.ts';
import { keyEquals, keyOf, keyText } from './key.ts';
import type { Query, Select, SelectColumn, Step } from './query.ts';
import { operandOf, rowCondition, type Scope, timeOf } from './rows.ts';
import { steps } from './steps.ts';
import { asInstant, compareTime } from './time.ts';

/** From where on a table's rows count as arrived. */
export type ArrivedSince =
  /** Nothing was shown yet: every row. */
  | { readonly kind: 'all' }
  | { readonly kind: 'instant'; readonly at: Instant; readonly inclusive: boolean; readonly reason: string }
  | { readonly kind: 'integer'; readonly at: string; readonly inclusive: boolean; readonly reason: string };

export interface AffectedInput {
  readonly entity: Entity;
  readonly key: EntityKey;
  readonly reads: readonly (ReadTable & { readonly since: ArrivedSince })[];
  readonly edges: readonly Edge[];
  /** The last tick's instant. */
  readonly t0: Instant;
  readonly causes: Causes;
  readonly scope: Scope;
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
    from: { kind: 'query', query: { kind: 'union', of: [...arrivals(input), ...crossings(input)] } },
    as: 'causes',
    where: [{ kind: 'is_null', of: column('k'), negated: true }],
    groupBy: [column('k')],
  };
  return { name: steps.affected, comment: 'keys that can have changed since the last tick', query };
}

/** One key by its text, as if it were affected: for looking at a single entity row. */
export function keyLookup(entity: Entity, key: EntityKey, keyTextSought: string, scope: Scope): Step {
  const own = keyOf(entity, 'entity', key, scope.catalog);
  return {
    name: steps.affected,
    comment: 'the key that is asked for',
    query: {
      kind: 'select',
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
    const cursor = read.table.cursor;
    if (!cursor) return [];
    const name = relationName(read.table.relation);
    const filter = anyOf(read.filters, read.table, input.scope);
    const operand = operandOf(read.table, cursor.column, undefined, input.scope, read.table.place);
    const when = operand.time ? asInstant(operand.time) : value({ type: 'instant', instant: input.scope.t });
    if (read.since.kind === 'all') {
      return [
        scan(
          input,
          read.table,
          read.id,
          [`${name}: nothing was seen of it before, so every row counts as new`],
          when,
          filter,
        ),
      ];
    }
    const { since } = read;
    const bound = arrivedBound(operand, since);
    const undated: Expression = { kind: 'is_null', of: operand.expression };
    const t = value({ type: 'instant', instant: input.scope.t });
    return [
      scan(input, read.table, read.id, [`${name}: rows that arrived or were edited, ${since.reason}`], when, [
        bound,
        ...filter,
      ]),
      scan(
        input,
        read.table,
        read.id,
        [`${name}: rows whose cursor is unknown count as new at every tick`],
        t,
        [undated, ...filter],
      ),
    ];
  });
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
  return input.edges.map((edge) => {
    const time = timeOf(edge.table, edge.column, undefined, scope, edge.table.place);
    const from = t0 + edge.offset;
    const to = scope.t + edge.offset;
    const why = `${relationName(edge.table.relation)}: rows whose ${edge.column} the edge ${edgeName(edge.offset)} crossed`;
    const crossed =
      edge.offset === 0n
        ? asInstant(time)
        : call('add_micros', asInstant(time), number((-edge.offset).toString()));
    return scan(
      input,
      edge.table,
      edgeLabel(edge),
      [why, `${formatInstant(from)} to ${formatInstant(to)}`],
      crossed,
      [compareTime(time, '>=', from), compareTime(time, '<=', to), ...anyOf(edge.filters, edge.table, scope)],
    );
  });
}

/** Which cause a row is, for the segments that it concerns; and its split value, if it has one. */
function tag(table: Table, cause: string): SelectColumn[] {
  const { split } = table as Partial<Source>;
  const none = value({ type: 'null', of: 'text' });
  return [
    { expression: text(cause), as: 'cause' },
    { expression: split === undefined ? none : call('text_of', column(split)), as: 'split' },
  ];
}

function scan(
  input: AffectedInput,
  table: Table,
  cause: string,
  comment: readonly string[],
  causedAt: Expression,
  where: readonly Expression[],
): Select {
  return {
    kind: 'select',
    comment,
    columns: [
      { expression: keyOf(table, undefined, input.key, input.scope.catalog), as: 'k' },
      { expression: causedAt, as: CAUSED_AT },
      ...(input.causes.tagged ? tag(table, input.causes.labelOf(cause)) : []),
    ],
    from: { kind: 'relation', relation: table.relation },
    as: 'r',
    where: where.flatMap((each) => (each.kind === 'and' ? each.of : [each])),
  };
}

function anyOf(filters: readonly RowCondition[] | undefined, table: Table, scope: Scope): Expression[] {
  if (!filters || filters.length === 0) return [];
  const any = or(filters.map((filter) => rowCondition(filter, table, undefined, scope)));
  return any.kind === 'constant' && any.value ? [] : [and([any])];
}
