/** What any table of rows says of itself: where they come from, their key, cursor and time zone. */
import type { Place } from '../diagnostics/diagnostic.ts';
import type { ChangeFeed } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';
import { child, type YamlNode } from './node.ts';
import type { Cursor, Relation, Table } from './project.ts';
import { readRelation } from './relation.ts';
import type { RowsPart } from './schema.ts';

/** Context for tables. */
export interface TableContext extends Context {
  /** False when the target in use cannot read files as tables. */
  readonly readsFiles: boolean;
  /** Of the target in use; undefined: it has no change feeds. */
  readonly changeFeed: ChangeFeed | undefined;
}

/** The table that `part`, checked, and its `node` describe; undefined after reporting. */
export function resolveTable(
  part: RowsPart,
  node: YamlNode,
  label: string,
  place: Place,
  context: TableContext,
): Table | undefined {
  const relation = resolveRelation(part, node, label, place, context);
  if (!relation || !mayHaveFeed(part, node, context) || !mayHaveContract(part, node, context))
    return undefined;
  return {
    relation,
    key: part.key,
    ...(part.cursor ? { cursor: resolveCursor(part.cursor) } : {}),
    ...(part.change_feed ? { changeFeed: true } : {}),
    ...(part.timezone ? { timezone: part.timezone } : {}),
    ...(part.duplicates ? { duplicates: part.duplicates } : {}),
    ...contractOf(part, node),
    place: (child(node, 'table') ?? child(node, 'query'))?.place ?? place,
  };
}

function resolveRelation(
  part: RowsPart,
  node: YamlNode,
  label: string,
  place: Place,
  { problems, root, target, readsFiles }: TableContext,
): Relation | undefined {
  if (part.table !== undefined && part.query !== undefined) {
    const problem = { keys: ['table', 'query'], what: 'rows come from one of them' };
    return problems.report('E126', problem, child(node, 'query')?.place);
  }
  if (part.query !== undefined) return { kind: 'query', sql: part.query };
  if (part.table === undefined) return problems.report('E104', { key: `${label}.table` }, place);
  const relation = readRelation(part.table, root);
  const at = child(node, 'table')?.place;
  if (!relation) return problems.report('E114', { name: part.table }, at);
  if (relation.kind === 'file' && !readsFiles) {
    return problems.report('E115', { path: part.table, target }, at);
  }
  return relation;
}

/** False after reporting why it may not. */
function mayHaveFeed(
  part: RowsPart & { append_only?: boolean | undefined },
  node: YamlNode,
  { problems, target, changeFeed }: TableContext,
): boolean {
  if (!part.change_feed) return true;
  const at = child(node, 'change_feed')?.place;
  if (part.query !== undefined) {
    problems.report('E126', { keys: ['query', 'change_feed'], what: 'only a table has a feed' }, at);
    return false;
  }
  if (!changeFeed) {
    problems.report('E136', { target }, at);
    return false;
  }
  if (changeFeed.isLate && !part.append_only && !part.cursor) {
    problems.report('E137', { target }, at);
    return false;
  }
  return true;
}

/** False after reporting why it may not. */
function mayHaveContract(part: RowsPart, node: YamlNode, { problems }: TableContext): boolean {
  const at = (key: keyof RowsPart): Place | undefined => child(node, key)?.place;
  if (part.expect_fresh_within === undefined) {
    if (part.on_stale !== undefined) problems.report('E155', {}, at('on_stale'));
    return part.on_stale === undefined;
  }
  if (part.cursor === undefined) problems.report('E154', {}, at('expect_fresh_within'));
  return part.cursor !== undefined;
}

function contractOf(part: RowsPart, node: YamlNode): Pick<Table, 'contract'> {
  const place = child(node, 'expect_fresh_within')?.place;
  if (part.expect_fresh_within === undefined || !place) return {};
  return { contract: { within: part.expect_fresh_within, onStale: part.on_stale ?? 'warn', place } };
}

function resolveCursor(cursor: NonNullable<RowsPart['cursor']>): Cursor {
  if (typeof cursor === 'string') return { column: cursor };
  const { column, overlap } = cursor;
  if (overlap === undefined) return { column };
  return {
    column,
    overlap: typeof overlap === 'bigint' ? { duration: overlap } : { distance: BigInt(overlap) },
  };
}
