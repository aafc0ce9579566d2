/** Kills the real program in a given statement: a trigger of the database makes it stand still there. */
import type { Running } from '../chaos/program.ts';
import type { Rig } from '../chaos/rig.ts';

/** What the statement is about to write. */
export const STOPS = {
  'part and receipt': ['meta', 'INSERT', "NEW.name LIKE 'part:%'"],
  'last receipt and manifest': [
    'meta',
    'INSERT OR UPDATE',
    `NEW.name LIKE 'manifest:%' AND NEW.value LIKE '%"open":true%'`,
  ],
  'manifest and its commit': ['meta', 'DELETE', "OLD.name LIKE 'part:%'"],
  'commit of the manifest and of the sync': [
    'syncs',
    'UPDATE',
    'NEW.delivered_at IS DISTINCT FROM OLD.delivered_at',
  ],
} as const;

export type Stop = keyof typeof STOPS;

/** On PostgreSQL only. Throws where the program ends before it comes there. */
export async function killBetween(
  rig: Rig,
  stop: Stop,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const [table, event, when] = STOPS[stop];
  await rig.change([
    'CREATE FUNCTION public.stand() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NULL; END $$',
    `CREATE TRIGGER stand BEFORE ${event} ON segsync.${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION public.stand()`,
  ]);
  const running = rig.start(['run', '--all'], { environment });
  await until(running, async () => (await standing(rig)).length > 0);
  running.kill();
  await running.ended;
  for (const id of await standing(rig)) await rig.query(`SELECT pg_terminate_backend(${id})::text AS done`);
  await until(undefined, async () => (await standing(rig)).length === 0);
  await rig.change([`DROP TRIGGER stand ON segsync.${table}`, 'DROP FUNCTION public.stand']);
}

async function standing(rig: Rig): Promise<string[]> {
  const rows = await rig.query(
    "SELECT pid::text AS id FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()",
  );
  return rows.map(({ id }) => id!);
}

/** Waits; throws where the program ends before. */
export async function until(running: Running | undefined, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    if (running?.isOver()) throw new Error((await running.ended).stderr);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
