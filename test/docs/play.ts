/** Does what a page asks, in a copy of the quick start that was run once. */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { openPostgresShop, type PostgresShop } from '../postgres-shop.ts';
import { copyQuickStart, type ProjectCopy, REPOSITORY, type TextRow } from '../project-copy.ts';
import { firstDifference } from './alike.ts';
import type { Step } from './steps.ts';

const PARTS = ['segsync.yaml', 'segments', 'destinations', '.segsync'];
/** Roles that pages make; the first one reads, the second runs. */
const ROLES = ['segsync_plan', 'segsync_run'];
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export interface Stage {
  /** Everything as after the first run. */
  reset(): void;
  play(step: Step): Promise<void>;
  /** How many members each condition has that the page showed so far. */
  members(): Promise<(readonly [condition: string, members: number])[]>;
  close(): Promise<void>;
}

/** Makes the shop and runs it once. */
export async function openStage(): Promise<Stage> {
  const shop = copyQuickStart();
  const kept = join(shop.folder, 'kept');
  const first = await shop.segsync(['run']);
  expect(first, first.stderr).toMatchObject({ exit: 0 });
  for (const part of PARTS) cpSync(join(shop.folder, part), join(kept, part), { recursive: true });
  const examples = new Map<string, string>();
  let postgres: PostgresShop | undefined;
  const onPostgres = async (): Promise<PostgresShop> => {
    postgres ??= await openPostgresShop([], ROLES);
    return postgres;
  };
  return {
    reset() {
      examples.clear();
      for (const part of PARTS) {
        rmSync(join(shop.folder, part), { recursive: true, force: true });
        cpSync(join(kept, part), join(shop.folder, part), { recursive: true });
      }
    },
    play: (step) => playStep(step, { shop, examples, onPostgres }),
    members: () => membersOf(shop, examples),
    async close() {
      await postgres?.drop();
      shop.remove();
    },
  };
}

interface Ground {
  readonly shop: ProjectCopy;
  /** Conditions that the page showed, by the segment that was made of each. */
  readonly examples: Map<string, string>;
  onPostgres(): Promise<PostgresShop>;
}

async function playStep(step: Step, ground: Ground): Promise<void> {
  const { shop } = ground;
  switch (step.kind) {
    case 'write':
      await shop.write(step.file, step.text);
      return expectValid(shop);
    case 'merge':
      await shop.write(
        'segsync.yaml',
        merged(readFileSync(join(shop.folder, 'segsync.yaml'), 'utf8'), step.text),
      );
      return expectValid(shop);
    case 'conditions':
      for (const condition of step.conditions) await keepExample(condition, ground);
      return expectValid(shop);
    case 'type':
      return typeCommand(step, ground);
    case 'query':
      if (step.on === 'postgres') return (await ground.onPostgres()).administer(step.sql);
      return expectRows(step, await shop.query(step.sql));
  }
}

async function expectValid(shop: ProjectCopy): Promise<void> {
  const run = await shop.segsync(['validate'], { HOOK_SECRET: SECRET });
  expect(run, run.stderr).toMatchObject({ exit: 0 });
}

/** A segment of its own for each condition. */
async function keepExample(condition: string, { shop, examples }: Ground): Promise<void> {
  const name = `example_${examples.size + 1}`;
  examples.set(name, condition);
  await shop.write(`segments/${name}.yaml`, `entity: customer\ntier: daily\nwhere: ${condition.trimEnd()}\n`);
}

async function membersOf(
  shop: ProjectCopy,
  examples: ReadonlyMap<string, string>,
): Promise<(readonly [string, number])[]> {
  const run = await shop.segsync(['plan', '--json', '--select', 'example_*']);
  expect(run, run.stderr + run.stdout).toMatchObject({ exit: 0 });
  const { segments } = JSON.parse(run.stdout) as { segments: { segment: string; members: number }[] };
  return segments.map(({ segment, members }) => [examples.get(segment)!, members]);
}

async function typeCommand(step: Extract<Step, { kind: 'type' }>, ground: Ground): Promise<void> {
  const run = await type(step.command, ground);
  expect(run, run.stderr + run.stdout).toMatchObject({ exit: step.exit });
  if (step.output === undefined) return;
  const printed = run.stdout === '' ? run.stderr : run.stdout;
  const difference = firstDifference(step.output, printed);
  expect(difference, `printed was\n${printed}`).toBeUndefined();
}

async function type(command: string, { shop, onPostgres }: Ground) {
  const [program, name, ...rest] = words(command);
  if (program === 'npx' && name === 'segsync') {
    const secrets = rest.includes('prod') ? await secretsOf(rest, await onPostgres()) : {};
    return shop.segsync(rest, secrets);
  }
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  const script: string | undefined = program === 'npm' && name === 'run' ? scripts[rest[0]!] : undefined;
  if (!script?.startsWith('node ')) throw new Error(`no test can run this: ${command}`);
  return shop.node(script.split(' ').slice(1));
}

/** What only looks does so by the role that may only read. */
async function secretsOf([verb]: readonly string[], postgres: PostgresShop): Promise<Record<string, string>> {
  const role = ROLES[['plan', 'validate', 'status'].includes(verb!) ? 0 : 1]!;
  return { DATABASE_URL: postgres.urlOf(role), HOOK_SECRET: SECRET };
}

function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
}

function expectRows({ output }: Extract<Step, { kind: 'query' }>, rows: readonly TextRow[]): void {
  const none = output?.trim() === 'no rows';
  expect(rows.length > 0, `${rows.length} rows`).toBe(!none);
  if (output === undefined || none) return;
  const lines = [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row).map((value) => value ?? ''))];
  const printed = lines.map((cells) => cells.join(' | ')).join('\n');
  expect(firstDifference(output, printed), `printed was\n${printed}`).toBeUndefined();
}

/** What a page says of `segsync.yaml`, laid over what is there. */
function merged(project: string, part: string): string {
  return stringify(laid(parse(project), parse(part)));
}

function laid(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const entries = Object.entries(above).map(([key, value]) => [key, laid(below[key], value)]);
  return { ...below, ...Object.fromEntries(entries) };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
