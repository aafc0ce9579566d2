/** `segsync schema`: what it prints and writes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { TABLES } from '../../src/state/tables.ts';
import { REPOSITORY } from '../project-copy.ts';
import { folderOf, SHOP, segsync } from './segsync.ts';

const KINDS = ['project', 'segment', 'destination', 'test'];

const written = (kind: string): string => readFileSync(join(REPOSITORY, `schemas/${kind}.json`), 'utf8');

it('lists what there is', async () => {
  const { stdout, stderr, exit } = await segsync('/', ['schema']);
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  expect(stdout).toBe(`project      segsync.yaml: targets, entities and their sources, tiers, guards
segment      a file of segments/: who is in it, and where they are sent
destination  a file of destinations/: a configured account of a tool
test         a file of segments/ that ends in _test.yaml: unit tests of one segment
dbt-sources  the state’s tables, as a source of dbt

\`segsync schema KIND\` prints one, \`segsync schema --out DIR\` writes the JSON Schemas.
`);
  const { schemas } = JSON.parse((await segsync('/', ['schema', '--json'])).stdout);
  expect(schemas.map((each: { kind: string }) => each.kind)).toEqual(KINDS);
});

it.each(KINDS)('prints that of a %s', async (kind) => {
  expect(await segsync('/', ['schema', kind])).toEqual({ stdout: written(kind), stderr: '', exit: 0 });
});

it('writes all of them, or one', async () => {
  await using folder = await folderOf({ 'all/segment.json': 'old' });
  const all = await segsync(folder.path, ['schema', '--out', 'all']);
  expect(all).toEqual({
    stdout: 'all/project.json\nall/segment.json\nall/destination.json\nall/test.json\n',
    stderr: '',
    exit: 0,
  });
  expect(readFileSync(join(folder.path, 'all/segment.json'), 'utf8')).toBe(written('segment'));
  await segsync(folder.path, ['schema', 'segment', '--out', 'one']);
  expect(readdirSync(join(folder.path, 'one'))).toEqual(['segment.json']);
});

it('refuses a kind that there is not, and a folder that cannot be one', async () => {
  await using folder = await folderOf({ file: '' });
  expect(await segsync(folder.path, ['schema', 'segmnt'])).toEqual({
    stdout: '',
    stderr: 'error[E680]: there is no schema `segmnt`\n  hint: did you mean `segment`?\n',
    exit: 64,
  });
  expect(await segsync(folder.path, ['schema', 'project', '--out', 'file'])).toEqual({
    stdout: '',
    stderr: 'error[E681]: cannot write project.json: EEXIST\n  hint: nothing was left half-written\n',
    exit: 1,
  });
  expect((await segsync(folder.path, ['schema', 'dbt-sources', '--out', 'x'])).stderr).toBe(
    'error[E691]: `--out` means nothing without `a JSON Schema`\n',
  );
});

it('prints every table and column of the state for dbt, in the schema that the project says', async () => {
  const { stdout } = await segsync('/', ['schema', 'dbt-sources']);
  const { version, sources } = parse(stdout);
  expect(version).toBe(2);
  expect(sources[0].name).toBe('segsync');
  type Named = { name: string; description: string; columns: Named[] };
  const told = sources[0].tables.map(({ name, columns }: Named) => [name, columns.map((each) => each.name)]);
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(
      Object.values(TABLES).map(({ name, columns }) => [name, columns.map(([column]) => column)]),
    ),
  );
  for (const { description, columns } of sources[0].tables as Named[]) {
    for (const each of [description, ...columns.map((column) => column.description)])
      expect(each).toMatch(/^\S.+\.$/s);
  }
  await using folder = await folderOf({
    ...SHOP,
    'segsync.yaml': `${SHOP['segsync.yaml']}state: { schema: audiences }\n`,
  });
  const own = parse((await segsync(folder.path, ['schema', 'dbt-sources'])).stdout);
  expect(own.sources[0]).toMatchObject({ name: 'segsync', schema: 'audiences' });
});
