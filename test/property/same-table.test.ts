/** Tables that look alike are told apart: one table found by two keys, two files of one name. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Instant } from '../../src/instant.ts';
import { parseInstant } from '../../src/instant.ts';
import { Product } from '../brute-force/product.ts';
import { type Engine, engines } from '../engines.ts';

let product: Product | undefined;
afterEach(async () => {
  await product?.close();
  product = undefined;
});

const at = (time: string): Instant => parseInstant(`2026-03-02 ${time}`, 'UTC')!;

/** A hundred customers who never change; after two ticks their table is quiet, and only arrivals in sources count. */
async function settled(engine: Engine, sources: object, statements: readonly string[]): Promise<Product> {
  const names = Object.keys(sources);
  const conditions: Record<string, object> = {
    either: { any: names.map((name) => ({ did: name })) },
    ...Object.fromEntries(names.map((name) => [name, { did: name }])),
  };
  const opened = await Product.open(
    engine,
    (target) =>
      new Map([
        [
          'segsync.yaml',
          JSON.stringify({
            version: 1,
            project: 'alike',
            default_target: 'test',
            targets: { test: target },
            entities: { customer: { table: 'shop.customers', key: 'id', cursor: 'updated_at', sources } },
          }),
        ],
        ...Object.entries(conditions).map(([name, where]): [string, string] => [
          `segments/${name}.yaml`,
          JSON.stringify({ entity: 'customer', where }),
        ]),
      ]),
    at('08:00'),
  );
  await opened.execute([
    'CREATE SCHEMA shop',
    'CREATE TABLE shop.customers (id BIGINT, updated_at TIMESTAMPTZ)',
    "INSERT INTO shop.customers SELECT n, CAST('2026-03-02 06:00:00+00' AS TIMESTAMPTZ) FROM generate_series(1, 100) AS t(n)",
    ...statements,
  ]);
  return opened;
}

async function expectTick(
  time: string,
  expected: Record<string, readonly string[]>,
  mode: string,
): Promise<void> {
  const { segments } = await product!.tick(at(time));
  expect(segments.map((segment) => ({ mode: segment.mode, error: segment.error }))).toEqual(
    segments.map(() => ({ mode, error: undefined })),
  );
  const found = await product!.membership();
  expect(Object.fromEntries([...found].map(([name, keys]) => [name, [...keys].sort()]))).toEqual(expected);
}

for (const engine of engines) {
  describe(engine.name, () => {
    it('sees what arrives for either key of one table', async () => {
      const transfers = { table: 'shop.transfers', time: 'happened_at', cursor: 'happened_at' };
      product = await settled(
        engine,
        { sent: { ...transfers, key: 'sender' }, received: { ...transfers, key: 'receiver' } },
        [
          'CREATE TABLE shop.transfers (sender BIGINT, receiver BIGINT, happened_at TIMESTAMPTZ)',
          "INSERT INTO shop.transfers VALUES (50, 51, CAST('2026-03-02 07:00:00+00' AS TIMESTAMPTZ))",
        ],
      );
      const first = { either: ['50', '51'], received: ['51'], sent: ['50'] };
      await expectTick('08:00', first, 'full');
      await expectTick('08:10', first, 'incremental');
      await product.execute([
        "INSERT INTO shop.transfers VALUES (1, 2, CAST('2026-03-02 08:30:00+00' AS TIMESTAMPTZ))",
      ]);
      const second = { either: ['1', '2', '50', '51'], received: ['2', '51'], sent: ['1', '50'] };
      await expectTick('09:00', second, 'incremental');
    });
  });
}

describe('files', () => {
  it('sees what arrives in either of two files of one name', async () => {
    const file = { key: 'customer', time: 'happened_at', cursor: 'happened_at' };
    product = await settled(
      engines[0]!,
      { app: { ...file, table: 'app/events.csv' }, web: { ...file, table: 'web/events.csv' } },
      [],
    );
    const write = async (path: string, rows: readonly string[]): Promise<void> => {
      const whole = join(product!.project.root, path);
      await mkdir(join(whole, '..'), { recursive: true });
      await writeFile(whole, ['customer,happened_at', ...rows, ''].join('\n'));
    };
    await write('web/events.csv', ['50,2026-03-02 07:59:00']);
    await write('app/events.csv', ['51,2026-03-02 07:00:00']);
    const first = { app: ['51'], either: ['50', '51'], web: ['50'] };
    await expectTick('08:00', first, 'full');
    await expectTick('08:10', first, 'incremental');
    await write('app/events.csv', ['51,2026-03-02 07:00:00', '1,2026-03-02 07:30:00']);
    await expectTick('09:00', { app: ['1', '51'], either: ['1', '50', '51'], web: ['50'] }, 'incremental');
  });
});
