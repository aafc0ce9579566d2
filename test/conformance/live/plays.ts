/** Promise 1 in somebody's own warehouse: random histories, each tick held against the brute force. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Target } from '../../../src/config/project.ts';
import type { Session } from '../../../src/warehouse/warehouse.ts';
import { noFigures, perform } from '../../brute-force/performance.ts';
import { randomPlay, type Size } from '../../brute-force/random-play.ts';
import type { Engine, Opened } from '../../engines.ts';
import { type Bench, type Check, checksOf } from './check.ts';
import { venueOf, withoutOwnSql } from './play-venue.ts';

/** Small: each tick is many statements, and here each of them may wait, and cost. */
export const SIZE: Size = { segments: 24, syncs: 3, ticks: 6, active: 40, quiet: 200 };

export interface PlayOptions {
  readonly target: Target;
  /** Where relative paths in the target's options start from. */
  readonly root: string;
  readonly seeds: readonly number[];
  readonly signal: AbortSignal;
}

/** What the plays were like, for the result. */
export type PlayFigures = ReturnType<typeof noFigures>;

export function playChecks(bench: Bench, options: PlayOptions): { checks: Check[]; figures: PlayFigures } {
  const figures = noFigures();
  const target = absolute(options.target, options.root);
  const play = async (seed: number): Promise<void> => {
    const schema = bench.scratch.name();
    const venue = venueOf({ warehouse: bench.warehouse, target, schema, signal: options.signal });
    try {
      await perform(withoutOwnSql(randomPlay(seed, SIZE)), engineOf(bench, target), figures, venue);
    } finally {
      // Where it cannot be dropped now, it is tried again at the end, and told.
      await bench.scratch.drop(bench.session, schema).catch(() => undefined);
    }
  };
  const cases = options.seeds.map((seed) => [`seed ${seed}`, () => play(seed)] as const);
  const whole = [
    'ticks were incremental',
    async () => assert(figures.incremental > 0, `of ${figures.ticks} segments' ticks, none was incremental`),
  ] as const;
  return { checks: checksOf('plays', cases.length > 0 ? [...cases, whole] : []), figures };
}

/** Options that are paths, as they are from anywhere. */
function absolute(target: Target, root: string): Target {
  const options = Object.entries(target.options).map(([name, value]) => {
    const isPath = /(^|_)(path|file|init)$/.test(name) && typeof value === 'string' && !isAbsolute(value);
    return [name, isPath && value !== ':memory:' ? resolve(root, value) : value];
  });
  return { ...target, options: Object.fromEntries(options) };
}

function engineOf({ warehouse, world }: Bench, target: Target): Engine {
  const open = async (): Promise<Opened> => {
    const folder = await mkdtemp(join(tmpdir(), 'segsync-check-'));
    const sessions: Session[] = [];
    const connect: Opened['connect'] = async ({ access = 'write', world: own = world } = {}) => {
      const request = {
        world: own,
        root: folder,
        options: target.options,
        access,
        label: 'segsync conformance',
      };
      const session = await warehouse.connect(request);
      sessions.push(session);
      return session;
    };
    // The project's own files name a target that nothing is ever opened of: what is opened is the person's own.
    const named = { type: 'duckdb', path: 'nothing.duckdb' };
    return {
      session: await connect(),
      warehouse,
      target: named,
      folder,
      connect,
      readOnlyTarget: async () => named,
      async drop() {
        for (const session of sessions) await session.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  };
  return { name: warehouse.name, warehouse, open };
}
