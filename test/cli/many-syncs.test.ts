/** More syncs in one run than anything that counts them expects: nothing is said but what a person should read. */
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { engines, type Opened } from '../engines.ts';
import { build, folderOf, segsyncProcess } from './segsync.ts';

const SYNCS = 14;
const postgres = engines.find(({ name }) => name === 'postgres')!;

let opened: Opened;
beforeAll(build);
beforeEach(async () => {
  opened = await postgres.open();
  await opened.session.execute('CREATE SCHEMA shop');
  await opened.session.execute(
    "CREATE TABLE shop.customers AS SELECT 'c' || i AS id, now() AS at FROM generate_series(1, 20) AS s (i)",
  );
});
afterEach(() => opened.drop());

it('of the process itself, stderr has no word', async () => {
  const target = JSON.stringify(opened.target);
  const segments = Array.from({ length: SYNCS }, (_, n) => [
    `segments/s${n}.yaml`,
    `entity: customer\nwhere: { trait: id, ne: c${n} }\nsync: [{ to: files }]\n`,
  ]);
  await using folder = await folderOf({
    'segsync.yaml': `version: 1\nproject: many\ndefault_target: dev\ntargets: { dev: ${target} }\nentities:\n  customer: { table: shop.customers, key: id, cursor: at }\n`,
    'destinations/files.yaml': 'type: file\ndirectory: out\n',
    ...Object.fromEntries(segments),
  });
  for (const args of [['--all'], ['--full'], []]) {
    const { exit, stderr } = await segsyncProcess(folder.path, ['run', '--quiet', ...args]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  }
});
