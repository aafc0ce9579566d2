/** Writes events one by one, each in a transaction of its own, at a steady rate: a process of its own. */
import pg from 'pg';
import { NAMES } from '../data.mjs';

const INSERT =
  'INSERT INTO shop.events SELECT $1, $2, $3, $4, now, now FROM (SELECT clock_timestamp() AS now) AS clock';

process.once('message', async ({ url, rate, seconds, customers, firstId }) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const customer = () => 1 + Math.floor(Math.random() * (Math.random() < 0.5 ? customers / 10 : customers));
  const began = performance.now();
  let written = 0;
  for (;;) {
    const passed = (performance.now() - began) / 1000;
    if (passed >= seconds) break;
    while (written < passed * rate) {
      const name = NAMES[Math.floor(Math.random() * NAMES.length)];
      const amount = Math.round(Math.random() * 20_000) / 100;
      await client.query(INSERT, [firstId + written, customer(), name, amount]);
      written += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await client.end();
  process.send({ written });
  process.disconnect();
});
