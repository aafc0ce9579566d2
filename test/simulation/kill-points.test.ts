/**
 * Killed at any moment, one clean run leaves everything as it should be: every moment, not some by chance. Of points
 * between which nothing was changed for good, one is played; SEGSYNC_KILL_POINTS=all plays them all.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Ground, openGround } from './ground.ts';
import { distinct, killAt, killPoints } from './kill-points.ts';
import { readProject } from './project.ts';

vi.mock('../../src/adapters.ts', () => import('./adapters.ts'));

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

afterAll(() => ground?.close());

const LEAST_REACHED = 0.75;

const DESTINATIONS = {
  webhook: undefined,
  file: 'type: file\ndirectory: out\n',
  'file in whole runs': 'type: file\ndirectory: out\nlayout: runs\n',
} as const;

for (const [type, text] of Object.entries(DESTINATIONS)) {
  test(`a run to a ${type} that is killed at each of its steps`, { timeout: 3_600_000 }, async () => {
    const project = await readProject(text);
    const began = performance.now();
    const points = await killPoints(ground, project);
    // The last step gives the leases back.
    const last = points.at(-1)!.step;
    const before = points.filter(({ step }) => step < last);
    const played = process.env.SEGSYNC_KILL_POINTS === 'all' ? before : distinct(before);
    let reached = 0;
    for (const point of played) {
      const isKilled = await killAt(ground, project, point).catch((error: unknown) => {
        throw new Error(`killed at ${JSON.stringify(point)}`, { cause: error });
      });
      if (isKilled) reached += 1;
    }
    expect(reached).toBeGreaterThanOrEqual(played.length * LEAST_REACHED);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const steps = points.at(-1)!.step;
    console.info(
      `${type}: ${points.length} kill points of ${steps} steps, ${reached} of ${played.length} reached, ${seconds} s`,
    );
  });
}
