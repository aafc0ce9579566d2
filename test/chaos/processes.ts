/** What several processes wrote at once, as the database itself saw it: triggers note who held the lease at each write. */
import { expect } from 'vitest';
import type { Rig } from './rig.ts';

const AUDIT: readonly string[] = [
  'CREATE SCHEMA audit',
  `CREATE TABLE audit.writes (id bigserial, name text, run_id text, owner text, token bigint)`,
  `CREATE FUNCTION audit.tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO audit.writes (name, run_id, owner, token)
       SELECT name, NEW.run_id, owner, token FROM segsync.leases
       WHERE name IN (SELECT 'evaluate:' || segment FROM jsonb_array_elements_text(NEW.segments::jsonb) AS segment);
     RETURN NULL;
   END $$`,
  `CREATE FUNCTION audit.batch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO audit.writes (name, run_id, owner, token)
       SELECT name, NEW.run_id, owner, token FROM segsync.leases WHERE name = 'sync:' || NEW.sync;
     RETURN NULL;
   END $$`,
  'CREATE TRIGGER audit AFTER INSERT ON segsync.ticks FOR EACH ROW EXECUTE FUNCTION audit.tick()',
  'CREATE TRIGGER audit AFTER INSERT ON segsync.batches FOR EACH ROW EXECUTE FUNCTION audit.batch()',
];

/** From here on every tick and every batch is noted. The state tables must be there. */
export function watchWriters(rig: Rig): Promise<void> {
  return rig.change(AUDIT);
}

/**
 * Under one token of a lease only one run ever committed, a run holds its leases as one owner, and tokens only grow. A
 * process that was taken over and committed all the same would have done so under the token of the other. Resolves to
 * how many writes were looked at.
 */
export async function expectOneWriter(rig: Rig): Promise<{ writes: number; writers: number }> {
  const double = await rig.query(
    'SELECT name, token, count(DISTINCT run_id) AS runs FROM audit.writes GROUP BY name, token HAVING count(DISTINCT run_id) > 1',
  );
  expect(double, 'tokens under which two runs committed').toEqual([]);
  const shared = await rig.query(
    'SELECT run_id, count(DISTINCT owner) AS owners FROM audit.writes GROUP BY run_id HAVING count(DISTINCT owner) <> 1',
  );
  expect(shared, 'runs that wrote under the lease of another process, or of nobody').toEqual([]);
  const back = await rig.query(
    `SELECT * FROM (SELECT name, token, lag(token) OVER (PARTITION BY name ORDER BY id) AS before FROM audit.writes) AS w
     WHERE token < before`,
  );
  expect(back, 'tokens that went back').toEqual([]);
  const ticks = await rig.query(
    `SELECT segment, tick_id FROM (SELECT segment, tick_id, evaluated_at, lag(evaluated_at) OVER (PARTITION BY segment ORDER BY tick_id) AS before
       FROM segsync.ticks, jsonb_array_elements_text(segments::jsonb) AS segment) AS t WHERE evaluated_at < before`,
  );
  expect(ticks, 'ticks of an instant before that of the tick before').toEqual([]);
  const twice = await rig.query(
    `SELECT * FROM (SELECT segment, entity_key, op, lag(op) OVER (PARTITION BY segment, entity_key ORDER BY tick_id) AS before
       FROM segsync.changes WHERE op <> 'touch') AS c WHERE op = before`,
  );
  expect(twice, 'members who entered, or left, twice in a row').toEqual([]);
  const [row] = await rig.query('SELECT count(*) AS n, count(DISTINCT run_id) AS runs FROM audit.writes');
  return { writes: Number(row!.n), writers: Number(row!.runs) };
}
