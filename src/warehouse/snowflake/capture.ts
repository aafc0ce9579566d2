/**
 * Change feeds by `CHANGES`, which tells the net difference between an instant and now: rows that were added, those that
 * are gone, and of changed ones both forms. A table's owner turns it on, and it reaches back as far as time travel does.
 * Source: Snowflake, CHANGES, and Change Tracking.
 */
import type { RowStatement } from 'snowflake-sdk';
import type { Relation } from '../../config/project.ts';
import { latest } from '../../instant.ts';
import { isRefusedFeed, lacking } from '../feed.ts';
import { type Capture, type Captured, type Row, WarehouseError } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { folded } from './quote.ts';

const SECOND = 1_000_000n;
const DAY = 86_400n * SECOND;
/** What a tick asks for again: which of two close instants comes first is for the service's own clocks to say. */
const LAP = 30n * SECOND;
/** The oldest instant that time travel still shows may have passed when the statement runs. */
const MARGIN = 600n * SECOND;

export interface Ask {
  readonly query: (sql: string) => Promise<Row[]>;
  /** Looks at a statement without running it. */
  readonly look: (sql: string) => Promise<RowStatement>;
}

/** What was asked when: `from` is where the next feed begins, `at` when the tick began to read. Microseconds. */
interface Mark {
  readonly from: bigint;
  readonly at: bigint;
}

/** A mark is kept as `from/at`, or as one number where they are the same. */
export async function capture(ask: Ask, relations: readonly Captured[]): Promise<readonly Capture[]> {
  if (relations.every(({ feed }) => feed === undefined)) return relations.map(() => ({}));
  // Before anything is read: what shows later is told by the next feed.
  const [row] = await ask.query('SELECT DATE_PART(EPOCH_MICROSECOND, CURRENT_TIMESTAMP()) AS mark');
  const now = BigInt(row!.mark!);
  const told: Capture[] = [];
  for (const each of relations) told.push(each.feed === undefined ? {} : await feedOf(ask, each, now));
  return told;
}

async function feedOf(ask: Ask, { relation, marks }: Captured, now: bigint): Promise<Capture> {
  if (relation.kind !== 'table' || relation.parts.length < 2)
    return lacking('only a table that is named with its schema has one');
  const shown = await showTable(ask, relation);
  const name = relation.parts.map(dialect.quote).join('.');
  if (!shown) return lacking('only a table has one, and this is none, or it does not show to this role');
  if (shown.change_tracking !== 'ON')
    return lacking('it is not turned on', [`ALTER TABLE ${name} SET CHANGE_TRACKING = TRUE`]);
  if (marks.length === 0) return { mark: now.toString() };
  const known = marks.map(markOf);
  const newest = latest(known.map(({ from }) => from))!;
  // Never before the first mark: change tracking may have been turned on just before that.
  const mark = markText({ from: latest([now - LAP, newest])!, at: now });
  const instants = [...new Set(known.flatMap(({ from, at }) => [from, at]))].sort((a, b) => (a < b ? -1 : 1));
  const days = BigInt(shown.retention_time ?? '0');
  if (now - instants[0]! > days * DAY - MARGIN) {
    const why = `the last tick is longer ago than its time travel reaches, ${days} day${days === 1n ? '' : 's'}`;
    return { mark, ...lacking(why, [`ALTER TABLE ${name} SET DATA_RETENTION_TIME_IN_DAYS = 7`]) };
  }
  const feed = changesSince(name, instants, now);
  const refusal = await refusalOf(ask, feed);
  return { mark, ...(refusal === undefined ? { feed } : lacking(refusal)) };
}

/**
 * The net difference hides what came and went: a row that a tick saw shows only in what changed since just then. So it is
 * asked for since each instant at which some tick read.
 */
function changesSince(name: string, instants: readonly bigint[], now: bigint): string {
  const feeds = instants.map((from) => dialect.changesOf!(name, from, now, 'all'));
  return feeds.length === 1 ? feeds[0]! : `(${feeds.join(' UNION ALL ')})`;
}

function markOf(text: string): Mark {
  const [from, at = from] = text.split('/');
  return { from: BigInt(from!), at: BigInt(at!) };
}

function markText({ from, at }: Mark): string {
  return from === at ? at.toString() : `${from}/${at}`;
}

/** The service says of some things, a gap in what was tracked, only when it is asked for the changes. */
async function refusalOf({ look }: Ask, feed: string): Promise<string | undefined> {
  try {
    await look(`SELECT * FROM ${feed} AS feed LIMIT 0`);
    return undefined;
  } catch (error) {
    if (!isRefusedFeed(error)) throw error;
    return error.message;
  }
}

async function showTable(
  ask: Ask,
  { parts }: Extract<Relation, { kind: 'table' }>,
): Promise<Row | undefined> {
  const [name, ...schema] = [...parts].reverse();
  const own = folded(name!);
  const within = schema.reverse().map(dialect.quote).join('.');
  try {
    const rows = await ask.query(
      `SHOW TABLES STARTS WITH ${dialect.literal({ type: 'text', text: own })} IN SCHEMA ${within}`,
    );
    return rows.find((row) => row.name === own);
  } catch (error) {
    if (error instanceof WarehouseError && /^(missing|permission)$/.test(error.failure)) return undefined;
    throw error;
  }
}
