/** A sum over 365 days for a thousand keys, without and with the index that is proposed for it. */
import { execute } from '../engines/statements.mjs';
import { figureOf } from './figures.mjs';
import { measureRounds } from './rounds.mjs';
import { YEARLY } from './segments.mjs';
import { openSegsync, settle } from './segsync.mjs';
import { MINUTE } from './shop.mjs';

const INDEX = 'proposed';

export async function measure(bench) {
  if (!bench.engine.dialect.indexed) return { figures: [], checks: [] };
  bench.progress('a sum over 365 days');
  const segsync = await openSegsync(bench, { name: 'yearly', segments: YEARLY });
  await segsync.tick(bench.now);
  await bench.settle();
  await settle(bench, segsync);
  const step = { segsync, share: 0.001, advance: MINUTE, rounds: bench.rounds };
  const without = await measureRounds(bench, step);
  bench.progress('the same with the index');
  const { events } = bench.shop;
  await execute(bench.engine, bench.place, [
    `CREATE INDEX ${INDEX} ON ${events} (customer_id, type, ts) INCLUDE (amount)`,
    `VACUUM (ANALYZE) ${events}`,
  ]);
  const having = await measureRounds(bench, step);
  await execute(bench.engine, bench.place, [`DROP INDEX ${INDEX}`]);
  const label = 'sum over 365 days, 0.1 % changed, with the index';
  const ms = without.segsync.run_ms;
  return { figures: [figureOf({ part: 'index', label, ...having, against: 'without it', ms })], checks: [] };
}
