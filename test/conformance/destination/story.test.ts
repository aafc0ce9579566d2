/** What every destination must be, and the story of those that npm alone can bring up. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { destinationTypes, loadDestination } from '../../../src/adapters.ts';
import { WORLD } from './harness.ts';
import { HARNESSES } from './harnesses.ts';
import { tellOf } from './shared-story.ts';

const PAGES = resolve(import.meta.dirname, '../../../src/destination');

it('has a harness for every type of destination, or a test file: its own, a simulated vendor’s, a service’s', async () => {
  const services = join(import.meta.dirname, '../../services');
  const files = [import.meta.dirname, services].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }),
  );
  const told = files.flatMap((file) => /^(?:vendors\/)?([a-z0-9_]+)\.test\.ts$/.exec(file)?.[1] ?? []);
  const types = await destinationTypes(WORLD);
  expect(types.filter((type) => !(type in HARNESSES) && !told.includes(type))).toEqual([]);
});

describe.each(await destinationTypes(WORLD))('manifest of %s', (type) => {
  it('says what it is, and of every option what it is for', async () => {
    const { manifest } = (await loadDestination(WORLD, type))!;
    expect(manifest.type).toBe(type);
    expect(manifest.operations.length).toBeGreaterThan(0);
    expect(manifest.options.safeParse({ no_such_option: 1 }).success).toBe(false);
    const { shape } = manifest.options as unknown as { shape: Record<string, { description?: string }> };
    for (const secret of manifest.secrets) expect(Object.keys(shape)).toContain(secret);
    for (const [name, { description }] of Object.entries(shape)) expect(description, name).toBeTruthy();
  });
});

/** These are told by the README itself. */
const IN_README = ['file', 'webhook'];

describe.each((await destinationTypes(WORLD)).filter((type) => !IN_README.includes(type)))(
  'the page of %s',
  (type) => {
    const text = readFileSync(join(PAGES, type, 'README.md'), 'utf8');

    it('begins with a file that is right', async () => {
      const { manifest } = (await loadDestination(WORLD, type))!;
      const [, written] = /^```yaml\n([\s\S]*?)^```/m.exec(text)!;
      const { type: named, targets, defaults, exclude, allow, ...options } = parse(written!);
      expect(named).toBe(type);
      const { error } = manifest.options.safeParse(options);
      // What comes from the environment is not known here.
      const known = error?.issues.filter(({ path }) => !String(options[String(path[0])]).includes('$'));
      expect(known ?? []).toEqual([]);
    });

    it('names every option, and how it was verified', async () => {
      const { manifest } = (await loadDestination(WORLD, type))!;
      const { shape } = manifest.options as unknown as { shape: object };
      expect(Object.keys(shape).filter((option) => !text.includes(`\`${option}\``))).toEqual([]);
      expect(text).toMatch(/verified|tested/i);
    });
  },
);

for (const [type, variants] of Object.entries(HARNESSES)) {
  for (const [variant, open] of Object.entries(variants)) tellOf(`${type}, ${variant}`, open);
}
