/** The reference names all there is: every key, operator, window and measure; and its generated parts are up to date. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { declaredProgram } from '../../../src/commands/program.ts';
import { OPERANDS, OPERATORS } from '../../../src/config/comparison.ts';
import { HEADS } from '../../../src/config/condition-scope.ts';
import { IDENTIFIER_KINDS } from '../../../src/config/identifier-kinds.ts';
import { MEASURES } from '../../../src/config/measure.ts';
import {
  defaultsSchema,
  entitySchema,
  identifierSchema,
  projectSchema,
  segmentSchema,
  sourceSchema,
  syncSchema,
  tierSchema,
  traitSchema,
} from '../../../src/config/schema.ts';
import { WINDOWS } from '../../../src/config/window.ts';
import { options as duckdb } from '../../../src/warehouse/duckdb/index.ts';
import { options as postgres } from '../../../src/warehouse/postgres/index.ts';
import { realWorld } from '../../../src/world.ts';
import { build } from '../../cli/segsync.ts';
import { fencesOf } from '../../markdown.ts';
import { REPOSITORY } from '../../project-copy.ts';

/** Made once: it listens to the process's own streams. */
const real = realWorld();

const page = (name: string): string => readFileSync(join(REPOSITORY, 'docs', name), 'utf8');
const keysOf = (schema: unknown): string[] => Object.keys((schema as z.ZodObject).shape);

describe('docs/language.md', () => {
  const missing = (words: readonly string[]) =>
    words.filter((word) => !new RegExp(`\\b${word}\\b`).test(page('language.md')));

  it('names every form of a condition, operator, window and measure', () => {
    expect(missing([...HEADS, ...OPERATORS, ...OPERANDS, ...WINDOWS, ...MEASURES])).toEqual([]);
  });

  it('has a row for every key of a segment and of a sync', () => {
    const rows = [...keysOf(segmentSchema), ...keysOf(syncSchema)];
    expect(rows.filter((key) => !hasRow('language.md', key))).toEqual([]);
  });
});

describe('docs/project.md', () => {
  it('has a row for every key of the project, its tables, entities, sources and tiers', () => {
    const schemas = [projectSchema, entitySchema, traitSchema, sourceSchema, tierSchema, duckdb, postgres];
    const keys = schemas.flatMap(keysOf).filter((key) => key !== 'column');
    expect(keys.filter((key) => !hasRow('project.md', key))).toEqual([]);
  });

  it('names what stands deeper: defaults, identifiers and their kinds, join tables', () => {
    const keys = [
      ...keysOf(defaultsSchema),
      ...keysOf(identifierSchema),
      ...IDENTIFIER_KINDS,
      'source_key',
      'overlap',
    ];
    expect(keys.filter((key) => !page('project.md').includes(`\`${key}\``))).toEqual([]);
  });
});

describe('what is made of the program', () => {
  beforeAll(build);

  it('is up to date', () => {
    const script = join(REPOSITORY, 'scripts/write-references.mjs');
    const run = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('docs/cli.md', () => {
  const typed = fencesOf(page('cli.md'))
    .filter(({ language }) => language === 'console')
    .flatMap(({ text }) => text.trim().split('\n'))
    .flatMap((line) => line.replace(/^\$ |\s+#.*$| > .*$/g, '').split(' && '));

  it('has an example of nearly every command', () => {
    expect(typed.length).toBeGreaterThan(10);
  });

  it.each(typed)('shows what can be typed: %s', async (line) => {
    const [program, name, ...rest] = line.split(' ');
    const declared = await declaredProgram(real, name);
    const command = declared.commands.find((each) => each.name() === name);
    const known = command?.options.flatMap(({ long, short }) => [long, short]) ?? [];
    const given = rest.filter((word) => word.startsWith('-'));
    expect({ program, isCommand: command !== undefined }).toEqual({ program: 'segsync', isCommand: true });
    expect(given.filter((option) => !known.includes(option))).toEqual([]);
  });
});

/** Whether the first column of some table, in a row or several keys to a row, has the key. */
function hasRow(name: string, key: string): boolean {
  return new RegExp(`^\\|[^|]*\`${key}\`[^|]*\\|`, 'm').test(page(name));
}
