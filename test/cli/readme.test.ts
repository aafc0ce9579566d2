/** What the README tells people to type and to write is typed and written here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { destinationTypes, loadWarehouse, warehouseNames } from '../../src/adapters.ts';
import type { Batch } from '../../src/destination/destination.ts';
import { bodyOf } from '../../src/destination/webhook/body.ts';
import { rowErrors } from '../../src/destination/webhook/row-errors.ts';
import { EXIT } from '../../src/diagnostics/exit.ts';
import { parseInstant } from '../../src/instant.ts';
import { readCatalogue } from '../../src/run/catalogue.ts';
import { WORLD } from '../conformance/destination/harness.ts';
import { openPostgresShop, type PostgresShop } from '../postgres-shop.ts';
import { copyQuickStart, type ProjectCopy, REPOSITORY } from '../project-copy.ts';
import { codeIn, fences, fileOf, tableOf } from '../readme-parts.ts';
import { build } from './segsync.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const commands = fences()
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.trimEnd().split('\n'));

let shop: ProjectCopy;
let postgres: PostgresShop;

beforeAll(async () => {
  await build();
  shop = copyQuickStart();
  for (const fence of fences().filter(({ language }) => language === 'yaml'))
    await place(fence.text, fileOf(fence));
  postgres = await openPostgresShop(
    fences()
      .filter(({ language }) => language === 'sql')
      .map(({ text }) => text),
  );
});
afterAll(async () => {
  shop.remove();
  await postgres.drop();
});

describe('the README', () => {
  it('names two commands to start with, and CI runs exactly these', () => {
    const script = readFileSync(join(REPOSITORY, '.ci/run'), 'utf8');
    const inScript = [...script.matchAll(/^run '(.+)'$/gm)].map(([, command]) => command);
    expect(inScript).toEqual(commands.filter((command) => command.startsWith('npm ci')));
    expect(inScript).toHaveLength(2);
  });

  it('has doctor find all but the endpoint of its example, which is nobody’s', async () => {
    const run = await type(commands.find((command) => command.includes('doctor'))!);
    const wrong = run.stdout.split('\n').filter((line) => /^(error|warning) /.test(line));
    expect({ wrong, exit: run.exit }).toEqual({ wrong: ['error    destination  hook'], exit: 75 });
  });

  it.each(commands.filter((command) => !/^npm ci && npm test|doctor/.test(command)))(
    'runs: %s',
    async (command) => {
      const run = await type(command.replace(/^npm ci && /, ''));
      expect(run, run.stderr + run.stdout).toMatchObject({ exit: 0 });
      // Whoever reads on before typing has kept the realtime tier waiting.
      expect(run.stderr.replaceAll('warning[W704]', '')).not.toContain('warning[');
    },
  );

  it('gives a line for cron that runs', async () => {
    const [line] = fences().filter(({ language }) => language === 'cron');
    const run = await type(/ && (npx .*)$/m.exec(line!.text)![1]!);
    expect(run, run.stderr + run.stdout).toMatchObject({ exit: 0, stdout: '' });
  });

  it('gives conditions that evaluate', async () => {
    const copy = copyQuickStart();
    const conditions = tableOf('condition').map(([example]) => codeIn(example!));
    expect(conditions.length).toBeGreaterThan(5);
    for (const [i, where] of conditions.entries()) {
      await copy.write(`segments/readme_${i}.yaml`, `entity: customer\ntier: daily\nwhere: ${where}\n`);
    }
    const run = await copy.segsync(['plan', '--json', '--select', 'readme_*']);
    expect(run, run.stderr + run.stdout).toMatchObject({ exit: 0 });
    const { segments } = JSON.parse(run.stdout);
    const empty = segments.filter(({ members }: { members: number }) => members === 0);
    expect(segments).toHaveLength(conditions.length);
    expect(
      empty.map(({ segment }: { segment: string }) => conditions[Number(segment.slice('readme_'.length))]),
    ).toEqual([]);
    copy.remove();
  });

  it('lists every destination, as its manifest says', async () => {
    const catalogue = await readCatalogue(WORLD, await destinationTypes(WORLD));
    const rows = catalogue.map(({ type, does, matches_by, batch, concurrency, options, verified }) => {
      const usual = (name: string) => options.find((option) => option.name === name)?.default;
      const limits = [usual('rate'), `${usual('concurrency') ?? concurrency} at once`]
        .filter(Boolean)
        .join(', ');
      const matches = matches_by?.join(', ') ?? 'whatever is sent';
      return [type, does, matches, String(batch.rows), limits, verified];
    });
    const listed = tableOf('destination').map(([name, ...cells]) => [codeIn(name!), ...cells]);
    expect(listed).toEqual(rows);
  });

  it('lists every warehouse, and how far it was tested', async () => {
    const names = await warehouseNames(WORLD);
    const warehouses = await Promise.all(names.map((name) => loadWarehouse(WORLD, name)));
    const listed = tableOf('warehouse').map(([title, type, tested]) => [
      /^\[?([^\]]+)/.exec(title!)![1],
      codeIn(type!),
      codeIn(tested!),
    ]);
    const known = warehouses.map((each) => [each!.title, each!.name, each!.verified]);
    expect(listed.sort()).toEqual(known.sort());
  });

  it('lists every exit code', () => {
    const listed = tableOf('exit code').flatMap(([codes]) => codes!.split(', ').map(Number));
    expect(listed).toEqual(Object.values(EXIT));
  });

  it('shows the body that a webhook gets, and understands the answer', () => {
    const [body, answer] = fences()
      .filter(({ language }) => language === 'json')
      .map(({ text }) => JSON.parse(text));
    const { batch_id, audience, changes, sync, segment } = body.data;
    const batch: Batch = {
      id: batch_id,
      op: changes[0].op,
      sync,
      segment,
      audience: { name: audience, ref: audience },
      kinds: {},
      events: false,
      idOf: ({ key }) => key,
      changes: changes.map((change: Record<string, string>) => ({
        ...change,
        causedAt: parseInstant(change.caused_at!, 'UTC'),
      })),
    };
    expect(JSON.parse(bodyOf(batch, parseInstant(body.timestamp, 'UTC')!))).toEqual(body);
    const receipts = rowErrors(
      { ...batch, changes: Array(4).fill(batch.changes[0]) },
      { body: JSON.stringify(answer) },
    );
    expect(receipts.map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'delivered', 'rejected']);
  });
});

/** Writes a YAML block where it says it belongs; what it says of `segsync.yaml` must be what is there already. */
async function place(text: string, file: string | undefined): Promise<void> {
  expect(file, `a YAML block begins with its file:\n${text}`).toBeDefined();
  if (file !== 'segsync.yaml') return shop.write(file!, text);
  const project = parse(readFileSync(join(REPOSITORY, file), 'utf8'));
  expect(project, stringify(project)).toMatchObject(parse(text));
}

function type(command: string) {
  const [program, name, ...rest] = command.split(' ');
  if (program === 'npx' && name === 'segsync') {
    // Elsewhere these are unset: what a run does not use must not stop it.
    const secrets = { DATABASE_URL: postgres.url, HOOK_SECRET: SECRET, HOOK_AUTHORIZATION: 'Bearer 1' };
    return shop.segsync(rest, rest.includes('prod') ? secrets : {});
  }
  const scripts = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')).scripts;
  const script: string | undefined = program === 'npm' && name === 'run' ? scripts[rest[0]!] : undefined;
  if (!script?.startsWith('node '))
    throw new Error(`the README names a command that this test cannot run: ${command}`);
  return shop.node(script.split(' ').slice(1));
}
