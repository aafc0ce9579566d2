/** The schemas that editors read: what is right passes, and they say something about every key. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOCUMENT_KINDS, documentSchema } from '../../../../src/config/json-schema/documents.ts';
import { documentText } from '../../../../src/scaffold/schema-files.ts';
import { realWorld } from '../../../../src/world.ts';
import { projectFiles } from '../../../brute-force/print-project.ts';
import { randomPlay } from '../../../brute-force/random-play.ts';
import { SHOP } from '../../../cli/segsync.ts';
import { REPOSITORY } from '../../../project-copy.ts';
import { PROJECT } from '../shop.ts';
import { kindOf, refusals } from './schemas.ts';

/** Made once: it listens to the process's own streams. */
const real = realWorld();

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: REPOSITORY,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => !path.startsWith('test/'));

/** YAML blocks of a page that say in their first line which file they are, whole. */
function filesIn(page: string): [string, string][] {
  const text = readFileSync(join(REPOSITORY, page), 'utf8');
  return [...text.matchAll(/^```yaml\n(# ([\w./-]+\.ya?ml)\b[^\n]*\n.*?)^```$/gms)].map(([, body, path]) => [
    path!,
    body!,
  ]);
}

/** Of `segsync.yaml`, pages often show one part. */
function isPart(path: string, text: string): boolean {
  return path === 'segsync.yaml' && !text.includes('version:');
}

describe('a file that is right passes', () => {
  const files = tracked.filter((path) => kindOf(path));
  it('there are some in the repository', () => expect(files.length).toBeGreaterThan(10));
  it.each(files)('%s', (path) => {
    expect(refusals(kindOf(path)!, readFileSync(join(REPOSITORY, path), 'utf8'))).toEqual([]);
  });

  const shown = tracked
    .filter((path) => path.endsWith('.md'))
    .flatMap((page) => filesIn(page).map(([path, text]) => ({ page, path, text })))
    .filter(({ path, text }) => kindOf(path) && !isPart(path, text));
  it('pages show some', () => expect(shown.length).toBeGreaterThan(10));
  it.each(shown)('$path in $page', ({ path, text }) => {
    expect(refusals(kindOf(path)!, text)).toEqual([]);
  });

  it.each(Object.entries({ ...SHOP, 'other/segsync.yaml': PROJECT }).filter(([path]) => kindOf(path)))(
    '%s of the tests',
    (path, text) => {
      expect(refusals(kindOf(path)!, text)).toEqual([]);
    },
  );

  it('whatever the generator of segments thinks of', () => {
    const size = { segments: 32, syncs: 16, ticks: 2, active: 1, quiet: 1 };
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const files = projectFiles(randomPlay(seed, size), { type: 'duckdb', path: 'shop.duckdb' });
        for (const [path, text] of files) expect(refusals(kindOf(path)!, text), text).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(DOCUMENT_KINDS)('the schema of a %s', (kind) => {
  it('is one of draft 7', async () => {
    const ajv = new Ajv({ strict: false });
    const schema = await documentSchema(real, kind);
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
  });

  it('is in schemas/ as it is printed: `npm run schemas` writes it', async () => {
    const written = readFileSync(join(REPOSITORY, `schemas/${kind}.json`), 'utf8');
    expect(written).toBe(await documentText(real, kind));
  });

  it('says what every key is for, with an example where its kind does not say how it is written', async () => {
    const silent = silentKeys((await documentSchema(real, kind)) as unknown as Node);
    expect(silent).toEqual([]);
  });
});

type Node = Readonly<Record<string, unknown>>;

/** Bodies of an API's requests and answers are the API's: nothing is known of their keys. */
const FREE_FORM = /^definitions\.destination_http\.\w+\./;

/** Paths of the keys that a schema does not explain. */
function silentKeys(schema: Node): string[] {
  const definitions = schema.definitions as Readonly<Record<string, Node>>;
  const found: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties, ...others } = node as Node;
    for (const [name, property] of Object.entries((properties as Node) ?? {})) {
      const at = `${path}${name}`;
      if (!isSpoken(property as Node | true, definitions) && !FREE_FORM.test(at)) found.push(at);
      visit(property, `${at}.`);
    }
    for (const [key, inner] of Object.entries(others))
      if (!['examples', 'default', 'if', 'then'].includes(key))
        visit(inner, `${path}${key === 'definitions' ? 'definitions.' : ''}`);
  };
  for (const [name, definition] of Object.entries(definitions)) visit(definition, `definitions.${name}.`);
  visit({ ...schema, definitions: {} }, '');
  return found;
}

function isSpoken(property: Node | true, definitions: Readonly<Record<string, Node>>): boolean {
  if (property === true) return true; // Explained beside, for every type.
  const all = [property, ...branches(property)];
  const seen = all.flatMap((each) => {
    const name = /^#\/definitions\/(\w+)$/.exec(String(each.$ref))?.[1];
    return name ? [each, definitions[name]!, ...branches(definitions[name]!)] : [each];
  });
  const isShown = seen.some(
    (each) => ['examples', 'default', 'enum', 'const'].some((key) => key in each) || each.type === 'boolean',
  );
  return seen.some((each) => each.description) && (isShown || property.type === 'object');
}

function branches(node: Node): Node[] {
  return [...((node.anyOf as Node[]) ?? []), ...((node.allOf as Node[]) ?? [])];
}
