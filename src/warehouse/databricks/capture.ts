/**
 * Change feeds by `table_changes`, from tables with `delta.enableChangeDataFeed`: rows that were added and deleted, and of
 * changed ones both forms, version by version. They are put into a table before the transaction begins, so that a version
 * that is no longer kept shows before anything is evaluated. Source: Databricks, `table_changes`, and change data feed.
 */
import { isRefusedFeed, lacking } from '../feed.ts';
import type { Capture, Captured, Row } from '../warehouse.ts';
import { dialect } from './dialect.ts';

export interface Ask {
  readonly query: (sql: string) => Promise<Row[]>;
  /** Makes a temporary table. */
  readonly make: (sql: string) => Promise<unknown>;
  /** Outside of a session feeds are only spoken of. */
  readonly kind: 'alone' | 'before' | 'begun' | 'scratch';
}

/** The mark is the version that a table had. */
export async function capture(ask: Ask, relations: readonly Captured[]): Promise<readonly Capture[]> {
  const told: Capture[] = [];
  for (const [index, each] of relations.entries()) {
    const isAsked = each.feed !== undefined && ask.kind !== 'begun';
    told.push(isAsked ? await feedOf(ask, each, `segsync_feed_${index}`) : {});
  }
  return told;
}

async function feedOf(ask: Ask, { relation, marks }: Captured, own: string): Promise<Capture> {
  if (relation.kind !== 'table' || relation.parts.length < 2)
    return lacking('only a table that is named with its schema has one');
  const name = relation.parts.map(dialect.quote).join('.');
  try {
    const properties = await ask.query(`SHOW TBLPROPERTIES ${name}`);
    const isOn = properties.some(({ key, value }) => key === FEED && value?.toLowerCase() === 'true');
    if (!isOn)
      return lacking('it is not turned on', [`ALTER TABLE ${name} SET TBLPROPERTIES (${FEED} = true)`]);
    // Read before anything else: what is committed later is told by the next feed.
    const [newest] = await ask.query(`DESCRIBE HISTORY ${name} LIMIT 1`);
    const mark = newest!.version!;
    if (marks.length === 0) return { mark };
    const oldest = marks.map(BigInt).reduce((a, b) => (a < b ? a : b));
    if (oldest >= BigInt(mark)) return { mark, feed: `(SELECT * FROM ${name} WHERE FALSE)` };
    const feed = changesBetween(name, (oldest + 1n).toString(), mark);
    if (ask.kind === 'alone') return { mark, feed };
    return await made(ask, feed, own, mark);
  } catch (error) {
    if (!isRefusedFeed(error)) throw error;
    return lacking(error.message);
  }
}

const FEED = 'delta.enableChangeDataFeed';

async function made(ask: Ask, feed: string, own: string, mark: string): Promise<Capture> {
  try {
    await ask.make(`CREATE TEMPORARY TABLE ${dialect.quote(own)} AS\nSELECT * FROM ${feed}`);
    return { mark, feed: dialect.quote(own) };
  } catch (error) {
    if (!isRefusedFeed(error)) throw error;
    return { mark, ...lacking(error.message) };
  }
}

/** `from` and `to`: versions, both included. */
function changesBetween(name: string, from: string, to: string): string {
  const table = dialect.literal({ type: 'text', text: name });
  return `(SELECT * EXCEPT (_change_type, _commit_version, _commit_timestamp) FROM table_changes(${table}, ${from}, ${to}))`;
}
