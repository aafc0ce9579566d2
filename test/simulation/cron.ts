/** A cron line played under a simulated clock: a run a minute of a project on a DuckDB file, and what each run did. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadProject } from '../../src/config/load.ts';
import type { Project } from '../../src/config/project.ts';
import { type Instant, MINUTE, parseInstant } from '../../src/instant.ts';
import { type RunOptions, runPipeline } from '../../src/pipeline.ts';
import type { RunReport } from '../../src/report/results.ts';
import { type Opened, openTarget } from '../../src/run/open.ts';
import { type SimulatedWorld, simulatedWorld } from '../simulated-world.ts';

/** `2026-10-25T05:00`, in UTC. */
export const at = (text: string): Instant => parseInstant(`${text}Z`, 'UTC')!;

/** The minutes from one instant to another, both included. */
export function minutes(from: string, to: string): Instant[] {
  const count = Number((at(to) - at(from)) / MINUTE) + 1;
  return Array.from({ length: count }, (_, n) => at(from) + BigInt(n) * MINUTE);
}

export interface Cron {
  readonly world: SimulatedWorld;
  /** Starts a run; resolves to the names of the segments that ticked and the syncs that delivered. */
  run(now: Instant, options?: Partial<RunOptions>): Promise<string[]>;
  /** The process ends, and another begins. */
  restart(): Promise<void>;
  query(sql: string): Promise<Readonly<Record<string, string | null>>[]>;
  end(): Promise<void>;
}

const SEED = `CREATE SCHEMA shop;
CREATE TABLE shop.customers AS
  SELECT i AS id, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS updated_at FROM range(1, 4) AS t(i);
`;

/** Tiers whose segments have a sync: to write a file for each of all takes long. */
const SENT = new Set(['daily', 'hourly', 'shifted', 'frequent']);

/** A segment of each tier, named like it. */
export async function openCron(timezone: string, tiers: Readonly<Record<string, string>>): Promise<Cron> {
  const root = await mkdtemp(join(tmpdir(), 'segsync-cron-'));
  const declared = Object.entries(tiers).filter(([, text]) => text !== '');
  const files: Record<string, string> = {
    'seed.sql': SEED,
    'segsync.yaml':
      `version: 1\nproject: cron\ntimezone: ${timezone}\n` +
      'targets: {dev: {type: duckdb, path: cron.duckdb, init: seed.sql, threads: 1}}\n' +
      'entities: {customer: {table: shop.customers, key: id, cursor: updated_at, reconcile: never}}\n' +
      `tiers: {${declared.map(([name, text]) => `${name}: ${text}`).join(', ')}}\n`,
    'destinations/files.yaml': 'type: file\ndirectory: out\n',
  };
  for (const name of Object.keys(tiers)) {
    files[`segments/${name}.yaml`] =
      `entity: customer\ntier: ${name}\nwhere: {trait: id, gt: 1}\n${SENT.has(name) ? 'sync: [{to: files}]\n' : ''}`;
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const world = simulatedWorld(0n);
  const { project } = await loadProject(world, { projectDir: root });
  let opened: Opened | undefined;
  const open = async (): Promise<Opened> => (opened ??= await openTarget(world, project, 'dev', 'write'));
  const restart = async (): Promise<void> => {
    await opened?.session.close();
    opened = undefined;
  };
  return {
    world,
    restart,
    async run(now, options = {}) {
      world.set(now);
      const { report } = await runPipeline(world, project, {
        ...request(project),
        opened: await open(),
        ...options,
      });
      return done(report);
    },
    query: async (sql) => (await open()).session.query(sql),
    async end() {
      await restart();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** `segsync run`, nothing more. */
function request(project: Project): RunOptions {
  return {
    command: 'run',
    target: 'dev',
    segments: new Set(project.segments.keys()),
    syncs: new Set(project.syncs.keys()),
    all: false,
    full: false,
    waitMs: 0,
    signal: new AbortController().signal,
    onEvent: () => {},
  };
}

/** A sync delivers when its segment ticks, for they are of one tier: whatever does only one of the two is named apart. */
function done({ segments, syncs }: RunReport): string[] {
  const ticked = segments.filter(({ mode }) => mode !== 'skipped').map(({ segment }) => segment);
  const delivered = syncs.filter(({ delivered }) => delivered).map(({ sync }) => sync.replace('.files', ''));
  return [
    ...ticked.map((name) => (delivered.includes(name) || !SENT.has(name) ? name : `${name} (not delivered)`)),
    ...delivered.filter((name) => !ticked.includes(name)).map((name) => `${name} (not ticked)`),
  ];
}
