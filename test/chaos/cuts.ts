/** Connections to PostgreSQL that somebody else ends, as a failover or an administrator does. */
import pg from 'pg';
import type { Dice } from '../brute-force/dice.ts';
import type { Running } from './program.ts';
import type { Rig } from './rig.ts';

/** Until the run is over: every now and then, some of its connections or all. Resolves to how many were ended. */
export async function cutConnections({ opened }: Rig, running: Running, dice: Dice): Promise<number> {
  const client = new pg.Client({ connectionString: String(opened.target.url) });
  await client.connect();
  let cut = 0;
  try {
    while (!running.isOver()) {
      await Promise.race([running.ended, sleep(dice.between(20, 600))]);
      const limit = dice.chance(0.3) ? 100 : 1;
      const { rowCount } = await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
         ORDER BY random() LIMIT ${limit}`,
      );
      cut += rowCount ?? 0;
    }
  } finally {
    await client.end();
  }
  return cut;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
