/** Watermarks: the greatest cursor that each table shows, never past `T`. Read before anything else of a tick. */
import type { ReadTable } from '../segment/reads.ts';
import { relationName, storedId } from '../segment/reads.ts';
import type { Operand } from './comparison.ts';
import { call, column, compare, type Expression, number, text } from './expression.ts';
import type { From, Query } from './query.ts';
import { operandOf, type Scope } from './rows.ts';
import { asInstant, compareTime } from './time.ts';

/** What a cursor counts in. */
export type CursorKind = 'time' | 'date' | 'integer';

/** How a table's cursor counts; undefined for a type that cannot serve as one (such a table is read in full). */
export function cursorKind(read: ReadTable, scope: Scope): CursorKind | undefined {
  if (!read.table.cursor) return undefined;
  const type = scope.catalog.typeOf(read.table.relation, read.table.cursor.column, read.table.place);
  if (type === 'date') return 'date';
  if (type === 'integer') return 'integer';
  return type === 'instant' || type === 'timestamp' ? 'time' : undefined;
}

/**
 * Columns `id`, `at`: microseconds since 1970 of a time, the number of an integer; NULL where nothing was shown yet.
 * `from`, by `ReadTable.id`: a cursor that was shown before. Only rows from there on are looked at, and NULL says that
 * there are none any more.
 */
export function watermarksQuery(
  reads: readonly ReadTable[],
  stored: readonly string[],
  segments: From,
  scope: Scope,
  from: ReadonlyMap<string, string> = new Map(),
): Query | undefined {
  const of = reads.flatMap((read): Query[] => {
    const kind = cursorKind(read, scope);
    if (!kind) return [];
    const operand = operandOf(read.table, read.table.cursor!.column, undefined, scope, read.table.place);
    const greatest: Expression = { kind: 'aggregate', fn: 'max', of: operand.expression };
    const at = operand.time
      ? call('micros_of', asInstant({ ...operand.time, expression: greatest }))
      : greatest;
    return [
      {
        kind: 'select',
        comment: [
          `the greatest ${read.table.cursor!.column} that ${relationName(read.table.relation)} shows`,
        ],
        columns: [
          { expression: text(read.id), as: 'id' },
          { expression: call('text_of', at), as: 'at' },
        ],
        from: { kind: 'relation', relation: read.table.relation },
        as: 'r',
        where: [
          ...shownFrom(operand, from.get(read.id)),
          // A cursor in the future is no news of what was shown: taken as the watermark, it would hide later rows.
          ...(operand.time ? [compareTime(operand.time, '<=', scope.t)] : []),
        ],
      },
    ];
  });
  const all = [...of, ...stored.map((segment) => storedTick(segment, segments))];
  return all.length === 0 ? undefined : { kind: 'union', of: all };
}

/** A bound for engines to skip what lies below it: the greatest of all rows is not there while one of these is. */
function shownFrom(operand: Operand, from: string | undefined): Expression[] {
  if (from === undefined) return [];
  return [
    operand.time
      ? compareTime(operand.time, '>=', BigInt(from))
      : compare(operand.expression, '>=', number(from)),
  ];
}

/** NULL when the segment never ticked. */
function storedTick(segment: string, segments: From): Query {
  const newest: Expression = { kind: 'aggregate', fn: 'max', of: column('tick_id') };
  return {
    kind: 'select',
    comment: [`the last tick of ${segment} that changed its members`],
    columns: [
      { expression: text(storedId(segment)), as: 'id' },
      { expression: call('text_of', newest), as: 'at' },
    ],
    from: segments,
    as: 'r',
    where: [compare(column('segment'), '=', text(segment))],
  };
}
