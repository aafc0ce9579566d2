/**
 * Whether what `run --after` names is newer than a segment's last tick.
 *
 * Ticks are dated by the warehouse's clock, files by this machine's: by as much as the two differ, a file's time is
 * moved. A table is compared by its own cursor with what the tick saw of it, so that a row which was dated before the
 * tick and shown after it is news.
 */
import { readCatalog } from '../compile/catalog.ts';
import type { From } from '../compile/query.ts';
import { renderQuery } from '../compile/render.ts';
import { type CursorKind, cursorKind, watermarksQuery } from '../compile/watermarks.ts';
import type { Table } from '../config/project.ts';
import { diagnose, fail } from '../diagnostics/diagnostic.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import type { PreparedSegment } from '../evaluate/prepared.ts';
import type { Instant } from '../instant.ts';
import { type ReadTable, relationName } from '../segment/reads.ts';
import type { Session } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import type { Awaited } from './after.ts';
import { readDbtResults } from './dbt-results.ts';
import type { Opened } from './open.ts';
import type { Results } from './results.ts';

export interface NewsInput {
  readonly world: World;
  readonly opened: Pick<Opened, 'session' | 'warehouse' | 'tables'>;
  readonly timezone: string;
  /** The warehouse's clock, and this machine's just before it was asked. */
  readonly clock: Instant;
  readonly machine: Instant;
  readonly results: Results;
}

/** Whether all of it is newer than a segment's last tick. Throws E617. */
export type IsNews = (segment: PreparedSegment, state: SegmentState | undefined) => boolean;

export async function readNews(awaited: readonly Awaited[], input: NewsInput): Promise<IsNews> {
  const each = await Promise.all(awaited.map((one) => newsOf(one, input)));
  return (segment, state) => each.every((isNews) => isNews(segment, state));
}

async function newsOf(awaited: Awaited, input: NewsInput): Promise<IsNews> {
  if (awaited.kind === 'table') return tableNews(awaited, input);
  const read = awaited.kind === 'file' ? await fileTime(awaited, input) : await dbtTime(awaited, input);
  const at = read === undefined ? undefined : read + input.clock - input.machine;
  return (_, state) => isLater(at, state);
}

function isLater(at: Instant | undefined, state: SegmentState | undefined): boolean {
  return at !== undefined && (state === undefined || at > state.evaluatedAt);
}

function fileTime({ path }: { path: string }, { world }: NewsInput): Promise<Instant | undefined> {
  return world.files.modified(path);
}

/** A run of dbt that failed is no news: what it built is not all that it should have. */
async function dbtTime(
  { text, path }: { text: string; path: string },
  { world, results }: NewsInput,
): Promise<Instant | undefined> {
  if ((await world.files.modified(path)) === undefined) return undefined;
  const read = readDbtResults(await world.files.readText(path).catch(() => ''));
  if ('unreadable' in read) {
    results.warn(diagnose('W617', { text, reason: read.unreadable }));
    return undefined;
  }
  if (read.failed === undefined) return read.at;
  results.warn(diagnose('W616', { text, reason: read.failed }));
  return undefined;
}

interface Shown extends Pick<ReadTable, 'table'> {
  readonly kind: CursorKind;
  readonly at: bigint | undefined;
}

async function tableNews(
  { text, tables }: { text: string; tables: readonly Table[] },
  input: NewsInput,
): Promise<IsNews> {
  const shown = await readShown(text, tables, input);
  return ({ reads }, state) => {
    const own = shown.filter(({ at }) => at !== undefined);
    if (!state) return own.length > 0;
    return own.some(({ table, kind, at }) => {
      const read = reads.find((each) => isSame(each.table, table));
      const mark = read && state.watermarks[read.id];
      if (mark) return mark.at === null || at! > BigInt(mark.at);
      if (kind === 'integer') return fail('E617', { text, reason: NUMBERS });
      return at! > state.evaluatedAt;
    });
  };
}

const NUMBERS = 'its cursor counts in numbers, and not every segment that is looked at reads it';

function isSame(one: Table, other: Table): boolean {
  return (
    relationName(one.relation) === relationName(other.relation) && one.cursor?.column === other.cursor?.column
  );
}

/** The greatest cursor of each declaration that lies not in the future. Throws E301, E211, and E617. */
async function readShown(text: string, tables: readonly Table[], input: NewsInput): Promise<Shown[]> {
  const { session, warehouse } = input.opened;
  const scope = await scopeOf(session, tables, input);
  const reads = tables.map((table, n): ReadTable => ({ id: String(n), table, role: 'source' }));
  const kinds = reads.map((read) => cursorKind(read, scope) ?? fail('E617', { text, reason: NO_CURSOR }));
  const query = watermarksQuery(reads, [], NO_STATE, scope)!;
  const rows = await session.query(renderQuery(query, warehouse.dialect));
  const shown = new Map(rows.map(({ id, at }) => [id, at ?? undefined]));
  return reads.map(({ id, table }, n) => {
    const at = shown.get(id);
    return { table, kind: kinds[n]!, at: at === undefined ? undefined : BigInt(at) };
  });
}

const NO_CURSOR = 'its `cursor` is neither a time nor a whole number';

/** No stored membership is asked for. */
const NO_STATE: From = { kind: 'step', name: 'none' };

async function scopeOf(session: Session, tables: readonly Table[], { opened, timezone, clock }: NewsInput) {
  const relations = tables.map(({ relation }) => relation);
  const catalog = await readCatalog(session, { relations, queries: [], calls: [] }, opened.warehouse.dialect);
  return { catalog, timezone, t: clock };
}
