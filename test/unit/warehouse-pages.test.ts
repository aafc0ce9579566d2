/** Warehouses that have a page: it names every option, and its example is one that the schema takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { loadWarehouse, warehouseNames } from '../../src/adapters.ts';
import { realWorld } from '../../src/world.ts';

/** Made once: it listens to the process's own streams. */
const real = realWorld();

const PAGES = join(import.meta.dirname, '../../docs/warehouses');

const pages = readdirSync(PAGES);
const names = (await warehouseNames(real)).filter((name) => pages.includes(`${name}.md`));

describe.each(names)('%s', (name) => {
  const page = readFileSync(join(PAGES, `${name}.md`), 'utf8');

  test('its example', async () => {
    const { options } = (await loadWarehouse(real, name))!;
    const [, yaml] = /```yaml\n(.*?)```/s.exec(page)!;
    const [{ type, ...given }] = Object.values(parse(yaml!).targets) as [Record<string, unknown>];
    expect(type).toBe(name);
    expect(options.safeParse(given).error?.issues ?? []).toEqual([]);
  });

  test('its options', async () => {
    const { options } = (await loadWarehouse(real, name))!;
    const names = Object.keys((options as z.ZodObject).shape);
    expect(names.filter((each) => !page.includes(`\`${each}\``))).toEqual([]);
  });
});
