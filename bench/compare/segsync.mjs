/** segsync as one of the sides: a project of its own with its own state, run in this process. */
import { join } from 'node:path';
import { writeFiles } from '../project.mjs';
import { openTicks } from '../ticks.mjs';
import { MINUTE } from './shop.mjs';

/**
 * A project named `name` over the shop: `tick(now)`, and `members` as SQL. Without `reconcile`, no scheduled look at
 * everyone, which is a full pass, falls into a tick that is measured.
 */
export async function openSegsync(
  bench,
  { name, segments, shop = bench.shop, destination, reconcile = 'never' },
) {
  const folder = join(bench.folder, name);
  const schema = `segsync_${name}`;
  await writeFiles(folder, {
    target: bench.target,
    entity: entityOf(shop, reconcile),
    segments,
    schema,
    destination,
  });
  const { tick } = await openTicks(folder);
  return {
    folder,
    tick,
    members: `SELECT segment, CAST(entity_key AS ${bench.dialect.types.integer}) AS id FROM ${schema}.membership`,
  };
}

/** Two ticks without news, so that what arrived before is not looked at once more in what is measured next. */
export async function settle(bench, { tick }) {
  for (let each = 0; each < 2; each += 1) {
    bench.now += 2 * MINUTE;
    await tick(bench.now);
  }
}

/** Rows show in the order of their ids, which the SQL written by hand takes for granted too. */
function entityOf({ customers, events }, reconcile) {
  return `
    table: ${customers}
    key: id
    cursor: updated_at
    reconcile: ${reconcile}
    sources:
      events: { table: ${events}, split: type, key: customer_id, time: ts, cursor: { column: id, overlap: 0 }, append_only: true }`;
}
