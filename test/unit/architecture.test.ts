import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  againstTheFlow,
  circles,
  namedOutside,
  pastTheWorld,
  type SourceFile,
  sourceFiles,
  strayDrivers,
  strayWriters,
} from './architecture.ts';

const files = sourceFiles(resolve(import.meta.dirname, '../../src'));

/** A rule must hold for the sources, and must be broken by `bad`: otherwise it looks at nothing. */
function rule(check: (files: readonly SourceFile[]) => string[], bad: SourceFile, mend: string): void {
  expect(check([...files, bad]).join('\n'), 'the rule does not see a violation').toContain(bad.path);
  expect(check(files), mend).toEqual([]);
}

describe('architecture', () => {
  it('reads the sources', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it('lets data flow one way', () => {
    rule(
      againstTheFlow,
      { path: 'compile/bad.ts', text: "import { x } from '../evaluate/due.ts';\n" },
      'Data flows config -> segment -> compile -> evaluate -> deliver: move what both sides need into the earlier layer, or pass it in as a parameter from src/run/ or a command',
    );
  });

  it('has no circle of imports', () => {
    rule(
      circles,
      { path: 'report/bad.ts', text: "import { x } from './bad.ts';\n" },
      'Files that import each other cannot be read alone: move what both need into a third file, or import only types',
    );
  });

  it('names no warehouse outside its folder', () => {
    rule(
      (all) => namedOutside(all, 'warehouse'),
      { path: 'evaluate/bad.ts', text: "const wrong = name === 'duckdb';\n" },
      'The core asks for capabilities, never for names: add an answer to `Capabilities`, the dialect or the layout (src/warehouse/) and let each adapter give it',
    );
  });

  it('names no destination outside its folder', () => {
    rule(
      (all) => namedOutside(all, 'destination'),
      { path: 'deliver/bad.ts', text: "const wrong = type === 'file';\n" },
      'The core reads manifests, never names: add what differs to `Manifest` or `Limits` (src/destination/destination.ts) and let each type state it',
    );
  });

  it('imports drivers only in their adapter’s folder', () => {
    rule(
      strayDrivers,
      { path: 'state/bad.ts', text: "const { Pool } = await import('pg');\n" },
      'A driver is loaded only when its warehouse is used: reach it through the `Session` that the adapter opens',
    );
  });

  it.each([
    'const jitter = Math.random();\n',
    'const signal = AbortSignal.timeout(100);\n',
    "import { randomUUID } from 'node:crypto';\n",
  ])('reaches randomness and timers through the world: %j', (text) => {
    rule(
      pastTheWorld,
      { path: 'deliver/bad.ts', text },
      'The world is the one door, so that a run can be played again: use `world.random` and `world.timers`',
    );
  });

  it('writes to stdout only from commands and reports', () => {
    rule(
      strayWriters,
      { path: 'deliver/bad.ts', text: "world.process.stdout.write('done');\n" },
      'stdout is the result of a command: give an event (`onEvent`) or return a value, and let src/report/ write it',
    );
  });
});
