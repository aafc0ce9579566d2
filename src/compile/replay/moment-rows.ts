/**
 * Rows as they were at each moment: every row that showed by then and lay in the window, under the moment's number in
 * the place of the entity's key. What is compiled over them need not know that they are many pasts at once.
 */
import type { Source } from '../../config/project.ts';
import type { RowCondition } from '../../segment/condition.ts';
import { hasWindow } from '../../segment/edges.ts';
import type { RowsOf } from '../../segment/resolve.ts';
import { boundsOf } from '../../segment/window.ts';
import type { Dialect, SqlType } from '../../warehouse/dialect.ts';
import { column, compare, type Expression } from '../expression.ts';
import { type EntityKey, keyOf } from '../key.ts';
import type { Select, SelectColumn } from '../query.ts';
import { renderQuery } from '../render.ts';
import { rowCondition, type Scope, timeOf } from '../rows.ts';
import { ROW } from '../source-rows.ts';
import { asInstant, compareTime } from '../time.ts';
import { cursorOf, MOMENTS, visible } from './moments.ts';
import { inMovingWindow, MOMENT, type Span, sinceMoment } from './span.ts';

/** Columns of a made relation. */
export type Types = ReadonlyMap<string, SqlType>;

export interface PastInput {
  readonly key: EntityKey;
  readonly span: Span;
  readonly scope: Scope;
  readonly dialect: Dialect;
}

/** What is asked of the rows beside their filter. */
export interface Asked {
  /** Columns of the source. */
  readonly columns: readonly string[];
  /** How their time is told: as it is, or from the moment on, for what compares it with `T`. */
  readonly time: 'absolute' | 'since moment';
}

/** Beside columns of the source, which may have any name. */
const OWNER = 'segsync_moment';
const TIME = 'segsync_time';

/** The same rows of the past, ready to be compiled; `types`: of their relation. */
export function pastRows<T extends RowsOf>(
  rows: T,
  asked: Asked,
  input: PastInput,
): { rows: T; types: Types } {
  const { source, filter, window, split, ...rest } = rows;
  const shaped = shapedFilter(rows, input);
  const types = new Map<string, SqlType>([[OWNER, 'integer']]);
  const columns: SelectColumn[] = [{ expression: column('moment', MOMENT), as: OWNER }];
  const add = (as: string, type: SqlType, expression: Expression): void => {
    if (types.has(as)) return;
    types.set(as, type);
    columns.push({ expression, as });
  };
  for (const name of [...asked.columns, ...shaped.columns]) {
    const type = input.scope.catalog.typeOf(source.relation, name, rows.place);
    add(name, type, column(name, ROW));
  }
  for (const [as, expression] of shaped.windows) add(as, 'boolean', expression);
  if (source.time !== undefined) {
    const time = timeOf(source, source.time, ROW, input.scope, rows.place);
    add(TIME, 'instant', asked.time === 'absolute' ? asInstant(time) : sinceMoment(time));
  }
  const past: Source = {
    ...withoutKeys(source),
    relation: { kind: 'query', sql: renderQuery(select(rows, columns, shaped.inside, input), input.dialect) },
    key: OWNER,
    ...(source.time === undefined ? {} : { time: TIME }),
  };
  const made = { ...rest, source: past, ...(shaped.outside ? { filter: shaped.outside } : {}) };
  return { rows: made as unknown as T, types };
}

function withoutKeys({ through, split, where, cursor, ...source }: Source): Source {
  return source;
}

function select(
  rows: RowsOf,
  columns: readonly SelectColumn[],
  inside: readonly Expression[],
  { key, span, scope }: PastInput,
): Select {
  const { source, window, place } = rows;
  const at = column('at', MOMENT);
  const cursor = cursorOf(source, scope);
  const time = window && timeOf(source, source.time!, ROW, scope, place);
  const windowed = window && time ? [inMovingWindow(time, window, span, scope)] : [];
  return {
    kind: 'select',
    columns,
    from: { kind: 'relation', relation: source.relation },
    as: ROW,
    joins: [
      {
        type: 'join',
        from: { kind: 'step', name: MOMENTS },
        as: MOMENT,
        on: compare(column('k', MOMENT), '=', keyOf(source, ROW, key, scope.catalog)),
      },
    ],
    where: [...everBounds(rows, span, scope), visible(cursor, at), ...windowed, ...inside].flatMap((each) =>
      each.kind === 'and' ? each.of : [each],
    ),
  };
}

/** Rows that no moment's window can hold need not be read. */
function everBounds({ source, window, place }: RowsOf, { from, to }: Span, scope: Scope): Expression[] {
  if (!window) return [];
  const time = timeOf(source, source.time!, ROW, scope, place);
  const { low } = boundsOf(window, from, scope.timezone);
  const { high } = boundsOf(window, to, scope.timezone);
  return [
    ...(low ? [compareTime(time, '>=', low.at)] : []),
    ...(high ? [compareTime(time, '<=', high.at)] : []),
  ];
}

interface Shaped {
  /** Conditions that can be tested where the rows are read. */
  readonly inside: readonly Expression[];
  /** What is left to be tested later, over these columns of the source and these windows. */
  readonly outside?: RowCondition;
  readonly columns: readonly string[];
  readonly windows: ReadonlyMap<string, Expression>;
}

function shapedFilter({ filter, source }: RowsOf, { span, scope }: PastInput): Shaped {
  const windows = new Map<string, Expression>();
  if (!filter) return { inside: [], columns: [], windows };
  if (!hasWindow(filter)) {
    return { inside: [rowCondition(filter, source, ROW, scope)], columns: [], windows };
  }
  const columns: string[] = [];
  const shape = (of: RowCondition): RowCondition => {
    if (of.kind === 'not') return { ...of, of: shape(of.of) };
    if (of.kind !== 'column') return { ...of, of: of.of.map(shape) };
    const { test, place } = of;
    if (test.op !== 'window') {
      columns.push(of.column);
      return of;
    }
    const name = `segsync_window_${windows.size}`;
    const time = timeOf(source, of.column, ROW, scope, place);
    windows.set(name, inMovingWindow(time, test.window, span, scope));
    const holds = { op: 'eq', value: { type: 'boolean', value: true }, place } as const;
    return { kind: 'column', column: name, test: holds, place };
  };
  const outside = shape(filter);
  return { inside: [], outside, columns, windows };
}
