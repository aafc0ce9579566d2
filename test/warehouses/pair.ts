/**
 * Two dialects at once: every piece of SQL is spelled in both, and travels as one text with marks, so that the program
 * that makes a statement need not know of it. `side` takes one of the two out again. So a warehouse that cannot run here
 * is stood in for by one that can, without anybody translating SQL: both texts come from the same plan.
 */
import type { Dialect } from '../../src/warehouse/dialect.ts';
import type { Layout } from '../../src/warehouse/layout.ts';

/** Private to nobody's data: a test's own texts hold none of them. */
const [OPEN, BETWEEN, CLOSE] = ['\uE000', '\uE001', '\uE002'];
/** Between statements of the second side that stand for one of the first. */
export const NEXT = '\uE003';

export type Side = 'first' | 'second';

/** A text as one of the two dialects has it. */
export function side(text: string, of: Side): string {
  if (!text.includes(OPEN!)) return text;
  let out = '';
  /** Whether what stands at each depth is taken. */
  const taken: boolean[] = [];
  for (const piece of text.split(/([\uE000-\uE002])/)) {
    if (piece === OPEN) taken.push(of === 'first');
    else if (piece === BETWEEN) taken.push(!taken.pop()!);
    else if (piece === CLOSE) taken.pop();
    else if (taken.every(Boolean)) out += piece;
  }
  return out;
}

function both(first: string, second: string): string {
  return first === second ? first : `${OPEN}${first}${BETWEEN}${second}${CLOSE}`;
}

type Of<A extends readonly unknown[]> = (...args: A) => string;

/** A spelling in both, its arguments taken apart first. */
function spelled<A extends readonly unknown[]>(first: Of<A>, second: Of<A>): Of<A> {
  return (...args) => both(first(...apart(args, 'first')), second(...apart(args, 'second')));
}

function apart<T>(of: T, which: Side): T {
  if (typeof of === 'string') return side(of, which) as T;
  return Array.isArray(of) ? (of.map((each) => apart(each, which)) as T) : of;
}

export function pairOf(first: Dialect, second: Dialect): Dialect {
  const names = Object.keys(first.functions) as (keyof Dialect['functions'])[];
  const types = Object.keys(first.types) as (keyof Dialect['types'])[];
  return {
    name: first.name,
    quote: spelled(first.quote, second.quote),
    literal: (value) => both(first.literal(value), second.literal(value)),
    types: Object.fromEntries(
      types.map((type) => [type, both(first.types[type], second.types[type])]),
    ) as Dialect['types'],
    functions: Object.fromEntries(
      names.map((name) => [name, spelled(first.functions[name], second.functions[name])]),
    ) as Dialect['functions'],
    firstOf: spelled(first.firstOf, second.firstOf),
    anyTrue: spelled(first.anyTrue, second.anyTrue),
    ascending: both(first.ascending, second.ascending),
    distinctFrom: spelled(first.distinctFrom, second.distinctFrom),
    materialized: both(first.materialized, second.materialized),
    rowsAs: spelled(first.rowsAs, second.rowsAs),
    columnsAs: spelled(first.columnsAs, second.columnsAs),
    union: both(first.union, second.union),
    updateFrom: spelled(first.updateFrom, second.updateFrom),
  };
}

/** The first layout's statements; the second's all stand behind the first of them. */
export function layoutsOf(first: Layout, second: Layout): Layout {
  return (schema, table) => {
    const [head, ...more] = first(schema, table);
    return [both(head!, second(schema, table).join(NEXT)), ...more.map((each) => both(each, 'SELECT 1'))];
  };
}
