/** What `docs/init.md` and `docs/editors.md` tell people to type is typed, in a real shell. */
import { execFile } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SCHEMA_FOLDER } from '../../src/scaffold/schema-files.ts';
import { REPOSITORY } from '../project-copy.ts';
import { kindOf } from '../unit/config/json-schema/schemas.ts';
import { build, CLI, folderOf } from './segsync.ts';

beforeAll(build);

const page = (name: string): string => readFileSync(join(REPOSITORY, `docs/${name}.md`), 'utf8');

function blocks(name: string, language: string): string[] {
  return [...page(name).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text]) => text!,
  );
}

/** A folder with dbt's project and `segsync`, as the page takes them for granted. */
async function folderWithDbt() {
  const folder = await folderOf({
    'bakery/target/manifest.json': readFileSync(join(REPOSITORY, 'test/dbt/manifest.json'), 'utf8'),
    'bin/segsync': `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`,
  });
  chmodSync(join(folder.path, 'bin/segsync'), 0o755);
  const PATH = `${join(folder.path, 'bin')}${delimiter}${process.env.PATH}`;
  const type = (script: string) =>
    promisify(execFile)('bash', ['--norc', '-euc', script], {
      cwd: folder.path,
      env: { PATH, HOME: folder.path, TZ: 'UTC' },
    });
  return { folder, type };
}

describe.each(['init', 'editors'])('docs/%s.md', (name) => {
  it('is right in what it says to type', async () => {
    const { folder, type } = await folderWithDbt();
    await using _ = folder;
    const scripts = blocks(name, 'sh');
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) await type(script);
    if (name === 'editors') {
      await type('. ~/.bashrc; complete -p segsync');
      return;
    }
    // The names that the page shows are those that are written.
    const [shown] = blocks(name, 'yaml');
    const written = parse(readFileSync(join(folder.path, 'from_dbt/segsync.yaml'), 'utf8'));
    expect(written).toMatchObject(parse(shown!));
    expect(parse(readFileSync(join(folder.path, 'models_segsync.yml'), 'utf8')).sources[0].name).toBe(
      'segsync',
    );
  });
});

it('docs/editors.md maps each kind of file to its schema', () => {
  const mapping = JSON.parse(blocks('editors', 'json')[0]!)['yaml.schemas'] as Record<string, string>;
  const kinds = Object.entries(mapping).map(([schema, pattern]) => [
    schema,
    kindOf(pattern.replace('**', 'a').replace('*', 'b')),
  ]);
  expect(kinds).toEqual(
    ['project', 'segment', 'destination'].map((kind) => [`${SCHEMA_FOLDER}/${kind}.json`, kind]),
  );
});
