/** What the estimate is made of: every figure is a flag, with where its default comes from. */

export const GIB = 2 ** 30;
export const TIB = 2 ** 40;

/**
 * Flag -> its default and what it is. `from`: where a price or a rule was read, and when; without it the figure is an
 * assumption. `confirmed: false`: read at second hand only.
 */
export const INPUTS = {
  memberships: [500_000_000, 'rows of `membership`; the ledger has as many'],
  customers: [50_000_000, 'rows of the entity'],
  segments: [100, 'segments, each with one sync'],
  'changed-share': [0.01, 'of the memberships, those that change in a day: half enter, half exit'],
  'affected-factor': [10, 'keys that a tick evaluates for one that changes'],
  'share-realtime': [0.05, 'of segments and memberships in the tier `realtime`'],
  'share-frequent': [0.15, '... `frequent`'],
  'share-hourly': [0.3, '... `hourly`'],
  'share-daily': [0.5, '... `daily`'],
  'window-realtime': [1, 'days that the widest window of a tier reaches back: `realtime`'],
  'window-frequent': [7, '... `frequent`'],
  'window-hourly': [30, '... `hourly`'],
  'window-daily': [90, '... `daily`'],
  'event-gib-a-day': [5, 'GiB a day in the columns of events that segments speak of'],
  'watermark-days': [
    1,
    'days of events whose cursor is read for a watermark: from the last one on, where the table is partitioned by it',
  ],
  'cursor-share': [0.15, 'of those bytes, the cursor column'],
  'entity-bytes': [100, 'bytes a row in the columns of the entity that segments speak of'],
  'membership-bytes': [90, 'bytes a row of `membership`, uncompressed'],
  'ledger-bytes': [220, 'bytes a row of `ledger`, uncompressed'],
  'key-share': [0.3, 'of a row of these, what a look-up by key reads'],
  compression: [4, 'stored bytes are so many times fewer (Snowflake, Databricks, Redshift)'],
  'flush-rows': [5_000, 'rows that one flush of a delivery writes: `ROWS` in src/deliver/rhythm.ts'],
  'tick-statements': [30, 'statements of a tick'],
  'flush-statements': [12, 'statements of a flush'],
  'least-seconds': [60, 'shortest cadence: what the adapters of BigQuery and Snowflake bear'],

  'bigquery-usd-tib': [
    6.25,
    'US dollars a TiB billed, on demand, US',
    { from: 'third parties that quote the price list (2025, 2026)', confirmed: false },
  ],
  'bigquery-least-mib': [
    10,
    'MiB billed at least for each table of a statement',
    { from: 'cloud.google.com/bigquery/pricing, an older copy: "minimum 10 MB data processed per table"' },
  ],
  'bigquery-block-mib': [256, 'MiB of a block of a clustered table; Google names no size'],

  'snowflake-usd-credit': [
    3,
    'US dollars a credit, Enterprise, AWS US',
    { from: 'third parties that quote the price list (2025, 2026)', confirmed: false },
  ],
  'snowflake-credits-hour': [
    8,
    'credits an hour of the warehouse: 1 X-Small, 2 Small, 4 Medium, 8 Large',
    { from: 'docs.snowflake.com/user-guide/warehouses-overview (Gen1)' },
  ],
  'snowflake-least-seconds': [
    60,
    'seconds billed at least each time it resumes',
    { from: 'third parties (2024 to 2026)', confirmed: false },
  ],
  'snowflake-suspend-seconds': [60, '`AUTO_SUSPEND`: billed after each tick'],
  'snowflake-block-mib': [
    16,
    'MiB of a micro-partition, compressed',
    { from: 'the usual figure; the documentation says 50 to 500 MB uncompressed', confirmed: false },
  ],

  'databricks-usd-dbu': [
    0.7,
    'US dollars a DBU, serverless SQL, AWS US',
    { from: 'third parties that quote the price list (April 2026)', confirmed: false },
  ],
  'databricks-dbu-hour': [24, 'DBU an hour of the warehouse (Medium)', { from: 'memory', confirmed: false }],
  'databricks-suspend-seconds': [
    600,
    'auto stop: billed after each tick',
    { from: "Databricks' SDK documentation: 0, or 10 minutes and more" },
  ],
  'databricks-rewrite': [0.2, 'of what would be rewritten, what is, with deletion vectors'],
  'databricks-block-mib': [128, 'MiB of a file, compressed'],

  'redshift-usd-rpu': [
    0.375,
    'US dollars an RPU-hour, serverless, AWS US',
    { from: 'AWS Big Data Blog: 4 RPU are $1.50 an hour (2025)' },
  ],
  'redshift-rpu': [64, 'RPU, base capacity'],
  'redshift-least-seconds': [
    60,
    'seconds billed at least',
    { from: 'third parties (May 2026)', confirmed: false },
  ],
  'redshift-rewrite': [0.5, 'of what would be rewritten, what is: a DELETE marks, a VACUUM rewrites later'],
  'redshift-block-mib': [1, 'MiB of a block, compressed'],

  'read-mib-second': [4_000, 'MiB of stored bytes that a warehouse of that size reads in a second'],
  'write-mib-second': [400, 'MiB of stored bytes that it writes in a second'],
  'statement-seconds': [0.3, 'seconds that a statement takes at least'],
};

/** Flags -> figures. Throws for a flag that there is not, or that is no figure. */
export function inputsOf(argv) {
  const given = Object.fromEntries(Object.entries(INPUTS).map(([name, [value]]) => [name, value]));
  for (let at = 0; at < argv.length; at += 2) {
    const name = argv[at].replace(/^--/, '');
    const value = Number((argv[at + 1] ?? '').replaceAll('_', '') || Number.NaN);
    if (!argv[at].startsWith('--') || !(name in INPUTS)) throw new Error(`there is no ${argv[at]}`);
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} takes a figure from 0 on`);
    given[name] = value;
  }
  return given;
}
