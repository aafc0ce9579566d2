/** The same work as each vendor bills it: US dollars a tick, and whether a tick ends before the next is due. */
import { GIB, TIB } from './inputs.mjs';
import { sourceBytes, tablesOf, touched } from './work.mjs';

const MIB = 2 ** 20;
const sum = (values) => Object.values(values).reduce((total, value) => total + value, 0);

/** Slices that members and ledger are partitioned by: `SLICES` in src/warehouse/bigquery/layout.ts. */
const SLICES = 1_024;

/**
 * Bytes are billed. `whole`: a statement that changes rows is billed with all of the partitions that it names, as Google's
 * formula for DML has it (q + t); otherwise with the blocks in them that hold its keys, as is reported of clustered tables.
 */
export function bigquery(inputs, tier, { whole }) {
  const tables = tablesOf(inputs);
  const block = inputs['bigquery-block-mib'] * MIB;
  const least = inputs['bigquery-least-mib'] * MIB;
  const keyShare = inputs['key-share'];
  const change = (bytes, keys) => bytes * (whole ? 1 : touched(bytes, block, keys));
  const lookUp = (bytes, keys) => bytes * keyShare * touched(bytes, block, keys);
  const rows = tier.flushes === 0 ? 0 : Math.min(inputs['flush-rows'], (2 * tier.changes) / tier.flushes);
  // Its own segments' partitions, with what else fell into them.
  const sliceOf = (bytes, segments) => (bytes * segments) / inputs.segments + (bytes * segments) / SLICES;
  const own = Math.min(tables.membership, sliceOf(tables.membership, tier.segments));
  const sync = Math.min(tables.ledger, sliceOf(tables.ledger, 1));
  const read = sum(sourceBytes(inputs, tier, block)) + lookUp(own, tier.affected);
  // Who exits is deleted; who enters is inserted, which bills what is read only.
  const members = change(own, tier.changes / 2) + lookUp(own, tier.changes);
  // A flush updates what was answered, and replaces what is asked anew.
  const ledger = tier.flushes * 2 * (change(sync, rows) + lookUp(sync, rows));
  const small = (inputs['tick-statements'] + tier.flushes * inputs['flush-statements']) * least;
  const bytes = read + members + ledger + small;
  return {
    usd: (bytes / TIB) * inputs['bigquery-usd-tib'],
    readGib: read / GIB,
    writtenGib: (members + ledger) / GIB,
    seconds: undefined,
  };
}

/** Seconds are billed while it runs: the tick, and until it is suspended; all the time where the next tick comes first. */
function bySeconds(inputs, tier, { usdSecond, blockMib, rewrite, suspend, least }) {
  const tables = tablesOf(inputs);
  const { compression } = inputs;
  const block = blockMib * MIB * compression;
  // Members and ledger lie by segment and sync: a tier's ticks touch what is its own.
  const own = (bytes) => bytes * tier.share;
  const rows = tier.flushes === 0 ? 0 : Math.min(inputs['flush-rows'], (2 * tier.changes) / tier.flushes);
  const sync = own(tables.ledger) / Math.max(1, tier.segments);
  const read = (sum(sourceBytes(inputs, tier, block)) + own(tables.membership)) / compression;
  const members = own(tables.membership) * touched(own(tables.membership), block, tier.changes / 2);
  const ledger = tier.flushes * 2 * sync * touched(sync, block, rows);
  const written = ((members + ledger) * rewrite) / compression;
  const statements = inputs['tick-statements'] + tier.flushes * inputs['flush-statements'];
  const seconds =
    (read + ledger / compression) / (inputs['read-mib-second'] * MIB) +
    written / (inputs['write-mib-second'] * MIB) +
    statements * inputs['statement-seconds'];
  const billed = Math.min(Math.max(least, seconds + suspend), tier.seconds);
  return { usd: billed * usdSecond, readGib: read / GIB, writtenGib: written / GIB, seconds };
}

/** How each is billed that bills seconds. */
const RUNNING = {
  Snowflake: (inputs) => ({
    usdSecond: (inputs['snowflake-usd-credit'] * inputs['snowflake-credits-hour']) / 3600,
    blockMib: inputs['snowflake-block-mib'],
    rewrite: 1,
    suspend: inputs['snowflake-suspend-seconds'],
    least: inputs['snowflake-least-seconds'],
  }),
  Databricks: (inputs) => ({
    usdSecond: (inputs['databricks-usd-dbu'] * inputs['databricks-dbu-hour']) / 3600,
    blockMib: inputs['databricks-block-mib'],
    rewrite: inputs['databricks-rewrite'],
    suspend: inputs['databricks-suspend-seconds'],
    least: 0,
  }),
  Redshift: (inputs) => ({
    usdSecond: (inputs['redshift-usd-rpu'] * inputs['redshift-rpu']) / 3600,
    blockMib: inputs['redshift-block-mib'],
    rewrite: inputs['redshift-rewrite'],
    suspend: 0,
    least: inputs['redshift-least-seconds'],
  }),
};

/** Name -> the cost of a tier's tick; `most`: of a day in which it never stops, where seconds are billed. */
export const VENDORS = [
  { name: 'BigQuery, blocks billed', costOf: (inputs, tier) => bigquery(inputs, tier, { whole: false }) },
  { name: 'BigQuery, partitions billed', costOf: (inputs, tier) => bigquery(inputs, tier, { whole: true }) },
  ...Object.entries(RUNNING).map(([name, billed]) => ({
    name,
    costOf: (inputs, tier) => bySeconds(inputs, tier, billed(inputs)),
    most: (inputs) => billed(inputs).usdSecond * 86_400,
  })),
];
