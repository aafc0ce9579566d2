/** What every destination must be, and the story of those that npm alone can bring up. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { destinationTypes, loadDestination } from '../../../src/adapters.ts';
import { WORLD } from './harness.ts';
import { HARNESSES } from './harnesses.ts';
import { tellOf } from './shared-story.ts';

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

for (const [type, variants] of Object.entries(HARNESSES)) {
  for (const [variant, open] of Object.entries(variants)) tellOf(`${type}, ${variant}`, open);
}
