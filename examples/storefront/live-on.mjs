/**
 * `npm run shop:live`: ten more minutes of the quick start's shop. The next `segsync run` finds a small difference.
 * Another database than the quick start's can be named: `node examples/storefront/live-on.mjs FILE`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const path = process.argv[2] ?? fileURLToPath(new URL('../../.segsync/storefront.duckdb', import.meta.url));
const script = readFileSync(new URL('live-on.sql', import.meta.url), 'utf8');

const ARRIVED = `
  SELECT
    (SELECT count(*) FROM shop.events WHERE ingested_at = played_until) AS events,
    (SELECT count(*) FROM shop.orders WHERE updated_at = played_until AND status = 'placed') AS orders,
    (SELECT count(*) FROM shop.customers WHERE updated_at = played_until) AS customers
  FROM demo.clock`;

if (!existsSync(path)) stop(`${path} is not there yet: make the shop first, by \`npx segsync run\`.`);
const shop = await open();
const connection = await shop.connect();
await play(connection);
const [arrived] = (await connection.runAndReadAll(ARRIVED)).getRowObjectsJson();
connection.closeSync();
shop.closeSync();
process.stdout.write(
  `The shop lived on: ${arrived.events} events, ${arrived.orders} orders placed, ${arrived.customers} customers new or changed.\n` +
    'Send what changed: npx segsync run --all\n',
);

async function open() {
  try {
    return await DuckDBInstance.create(path);
  } catch (error) {
    if (!/lock/i.test(error.message)) throw error;
    stop('Another process has the shop open: wait for it to end, then try again.');
  }
}

async function play(connection) {
  const statements = await connection.extractStatements(script);
  for (let i = 0; i < statements.count; i += 1) {
    const statement = await statements.prepare(i);
    await statement.run();
  }
}

function stop(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
