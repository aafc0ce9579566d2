/**
 * Change feeds by `APPENDS` and `CHANGES`. The first tells of added rows and needs nothing; the second of all changes, ten
 * minutes late, from tables with `enable_change_history`. Neither can stand in a transaction: before one begins the rows
 * are put into a table of its session. Both fail beyond time travel. Source: BigQuery, Work with change history.
 */
import { isRefusedFeed, lacking } from '../feed.ts';
import type { Capture, Captured } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import type { Result } from './jobs.ts';

const SECOND = 1_000_000n;
/** What a tick asks for again: which of two close instants comes first is for the service's own clocks to say. */
const LAP = 30n * SECOND;
/** `CHANGES` ends ten minutes ago at the latest; the statement's own clock may be behind. */
const LATE = 615n * SECOND;

export interface Ask {
  readonly run: (sql: string) => Promise<Result>;
  /** Outside of a session feeds are only spoken of, in a statement that looks. */
  readonly place: 'alone' | 'before' | 'begun';
}

/** The mark is an instant in microseconds: the next feed begins there. */
export async function capture(ask: Ask, relations: readonly Captured[]): Promise<readonly Capture[]> {
  if (ask.place === 'begun' || relations.every(({ feed }) => feed === undefined))
    return relations.map(() => ({}));
  const { rows } = await ask.run('SELECT UNIX_MICROS(CURRENT_TIMESTAMP()) AS mark');
  const now = BigInt(String(rows[0]!.f[0]!.v));
  const told: Capture[] = [];
  for (const [index, each] of relations.entries())
    told.push(each.feed === undefined ? {} : await feedOf(ask, each, now, `segsync_feed_${index}`));
  return told;
}

async function feedOf(
  ask: Ask,
  { relation, marks, feed: of }: Captured,
  now: bigint,
  own: string,
): Promise<Capture> {
  if (relation.kind !== 'table' || relation.parts.length < 2)
    return lacking('only a table that is named with its dataset has one');
  const name = relation.parts.map(dialect.quote).join('.');
  if (marks.length === 0) {
    if (of === 'all' && !(await keepsHistory(ask, relation.parts)))
      return lacking('it keeps no history of changes', [
        `ALTER TABLE ${name} SET OPTIONS (enable_change_history = TRUE)`,
      ]);
    return { mark: now.toString() };
  }
  const oldest = marks.map(BigInt).reduce((a, b) => (a < b ? a : b));
  const end = of === 'all' ? now - LATE : now;
  // Of all that share the tick: what this feed does not reach is for the next one to tell, whoever has a newer mark.
  const next = of === 'all' ? end : end - LAP;
  const mark = (next > oldest ? next : oldest).toString();
  const isLate = of === 'all';
  if (end <= oldest) return { mark, isLate, feed: `(SELECT * FROM ${name} WHERE FALSE)` };
  const feed = dialect.changesOf!(name, oldest, end, of!);
  if (ask.place === 'alone') return { mark, isLate, feed };
  try {
    await ask.run(`CREATE TEMP TABLE ${dialect.quote(own)} AS SELECT * FROM ${feed}`);
    return { mark, isLate, feed: dialect.quote(own) };
  } catch (error) {
    if (!isRefusedFeed(error)) throw error;
    return { mark: now.toString(), ...lacking(error.message) };
  }
}

async function keepsHistory({ run }: Ask, parts: readonly string[]): Promise<boolean> {
  const text = (of: string): string => dialect.literal({ type: 'text', text: of });
  const dataset = parts.slice(0, -1).map(dialect.quote).join('.');
  const { rows } = await run(
    `SELECT option_value FROM ${dataset}.INFORMATION_SCHEMA.TABLE_OPTIONS` +
      ` WHERE table_name = ${text(parts.at(-1)!)} AND option_name = 'enable_change_history'`,
  );
  return rows.some(({ f }) => String(f[0]!.v).toLowerCase() === 'true');
}
