/** What a project's files are read as is what they were printed from: so the brute force and the product judge the same. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadProject } from '../../src/config/load.ts';
import type { Project } from '../../src/config/project.ts';
import { projectFiles } from '../brute-force/print-project.ts';
import { randomPlay } from '../brute-force/random-play.ts';
import { projectOf } from '../brute-force/stage.ts';
import { simulatedWorld } from '../simulated-world.ts';

it('reads random projects as they were meant', async () => {
  const size = { segments: 32, syncs: 16, ticks: 2, active: 1, quiet: 1 };
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const play = randomPlay(seed, size);
      const files = projectFiles(play, { type: 'duckdb', path: 'shop.duckdb' });
      const meant = projectOf(play);
      const read = await loadFiles(files);
      expect(read.timezone).toBe(meant.timezone);
      expect(plain(read.entities)).toEqual(plain(meant.entities));
      for (const [name, segment] of meant.segments) {
        expect(plain(read.segments.get(name)!.where), files.get(segment.file)).toEqual(plain(segment.where));
      }
      for (const [name, sync] of meant.syncs) {
        const { fields, consent, guards, audience, mode } = read.syncs.get(name)!;
        const { fields: f, consent: c, guards: g, audience: a, mode: m } = sync;
        expect(plain({ fields, consent, guards, audience, mode })).toEqual(
          plain({ fields: f, consent: c, guards: g, audience: a, mode: m }),
        );
      }
    }),
    { numRuns: 40 },
  );
});

async function loadFiles(files: ReadonlyMap<string, string>): Promise<Project> {
  const root = await mkdtemp(join(tmpdir(), 'segsync-front-end-'));
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    return (await loadProject(simulatedWorld(0n), { projectDir: root })).project;
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Without places, and maps as objects. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name, item]) => name !== 'place' && item !== undefined);
  return Object.fromEntries(entries.map(([name, item]) => [name, plain(item)]));
}
