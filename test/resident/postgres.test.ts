/** A process that stays, over a real PostgreSQL and real HTTP: seconds from the row to the other side, and what goes wrong. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { build, CLI, segsyncProcess } from '../cli/segsync.ts';
import { engines, type Opened } from '../engines.ts';
import { type ReceivedBody, startWebhookReceiver, type WebhookReceiver } from '../webhook-receiver.ts';
import { type Folder, makeFolder, projectText } from './project.ts';

const postgres = engines.find(({ name }) => name === 'postgres')!;

const TABLES = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (customer_id text PRIMARY KEY, email text, updated_at timestamptz)',
  'CREATE TABLE shop.events (customer_id text, name text, occurred_at timestamptz, ingested_at timestamptz)',
  "INSERT INTO shop.customers SELECT 'c' || i, 'c' || i || '@example.com', now() - interval '1 day' FROM generate_series(0, 50) AS i",
];

const TIERS = `tiers:
  realtime: { every: 1s, fresh_within: 5s }
`;

let opened: Opened;
let receiver: WebhookReceiver;
let folder: Folder;
let running: Resident | undefined;
let keepers: string[] = [];

beforeAll(build);
beforeEach(async () => {
  opened = await postgres.open();
  for (const statement of TABLES) await opened.session.execute(statement);
  receiver = await startWebhookReceiver();
});
afterEach(async () => {
  await running?.kill();
  running = undefined;
  await folder.remove();
  await receiver.close();
  for (const role of keepers)
    for (const sql of [
      `REASSIGN OWNED BY ${role} TO CURRENT_USER`,
      `DROP OWNED BY ${role}`,
      `DROP ROLE ${role}`,
    ])
      await opened.session.execute(sql);
  keepers = [];
  await opened.drop();
});

async function project(more: Readonly<Record<string, string>> = {}, options = ''): Promise<void> {
  const { url } = opened.target as unknown as { url: string };
  folder = await makeFolder({
    'segsync.yaml': projectText({
      target: `{ type: postgres, url: "${url}"${options} }`,
      tiers: TIERS,
      timezone: 'UTC',
    }),
    'destinations/hook.yaml': `type: webhook\nurl: ${receiver.url}\nallow_private_address: true\n`,
    'segments/looking.yaml': segment('looking', '3s'),
    ...more,
  });
}

function segment(event: string, within: string, tier = 'realtime'): string {
  return `entity: customer\ntier: ${tier}\nwhere: { did: ${event}, within: ${within} }\nsync: [{ to: hook }]\n`;
}

/** The built program, as a service manager runs it. */
class Resident {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  output = '';

  constructor(args: readonly string[] = []) {
    const env = { PATH: process.env.PATH, TZ: 'UTC' };
    this.#child = spawn(process.execPath, [CLI, 'run', '--watch', ...args], { cwd: folder.path, env });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    this.#ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
    running = this;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  ended(): Promise<number | null> {
    return this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

async function until(what: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await what())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms; it said:\n${running?.output}`);
    await sleep(20);
  }
}

const audience = (name: string): string[] => [...(receiver.audiences.get(name)?.keys() ?? [])].sort();
const isIn = (key: string) => () => audience('looking').includes(key);

async function happens(key: string, name = 'looking'): Promise<void> {
  await opened.session.execute(
    `INSERT INTO shop.events VALUES ('${key}', '${name}', clock_timestamp(), clock_timestamp())`,
  );
}

test('whoever does something is there within the promise, and gone by time alone', async () => {
  await project();
  new Resident();
  await ticks();
  // Whoever is the first of all is a first load, which is dated by its tick.
  await happens('c0');
  await until(isIn('c0'));
  await happens('c1');
  await until(isIn('c1'));
  // Before that, the planner took the ledger for empty.
  const planned = "SELECT reltuples FROM pg_class WHERE oid = to_regclass('segsync.ledger')";
  expect(await opened.session.query(planned)).toEqual([{ reltuples: '1' }]);
  await until(() => !isIn('c1')());
  const changes = receiver.requests.flatMap(({ body }) => (JSON.parse(body) as ReceivedBody).data.changes);
  const causeOf = (op: string): number =>
    Date.parse(changes.find((each) => each.op === op && each.key === 'c1')!.caused_at);
  // The edge reached the row three seconds after it happened, to the millisecond that it was dated.
  expect(Math.abs(causeOf('remove') - causeOf('add') - 3000)).toBeLessThan(5);
  running!.signal('SIGTERM');
  expect(await running!.ended()).toBe(143);
  const history = await segsyncProcess(folder.path, ['history', '--json']);
  const { runs } = JSON.parse(history.stdout);
  // One line for all its ticks.
  expect(runs).toHaveLength(1);
  expect(runs[0]).toMatchObject({ status: 'done', totals: { entered: 2, exited: 2, add: 2, remove: 2 } });
});

test('killed with a request on its way, it goes on from there', async () => {
  await project();
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let hasArrived = false;
  receiver.always(() => {
    hasArrived = true;
    return { held };
  });
  new Resident();
  await ticks();
  await happens('c2');
  await until(() => hasArrived);
  expect(await ledger()).toEqual(['c2 sending']);
  await running!.kill();
  receiver.always(undefined);
  // It is applied after all, and nobody is there to hear of it.
  release();
  await until(isIn('c2'));
  new Resident();
  await until(async () => !isIn('c2')() && (await ledger()).length === 0);
});

test('a sync that a guard holds is told once, and when it goes on; with others its ticks share no number', async () => {
  await project({
    'segments/looking.yaml': `${segment('looking', '1h')}guards: { max_add: 50%, min_guarded_size: 2 }\n`,
    'segments/buying.yaml': segment('buying', '1h', 'quick'),
    'segments/asking.yaml': segment('asking', '1h', 'brisk'),
  });
  const text = projectText({
    target: JSON.stringify(opened.target),
    tiers: `${TIERS}  quick: { every: 2s }\n  brisk: { every: 3s }\n`,
    timezone: 'UTC',
  });
  await folder.write('segsync.yaml', text);
  const all = async (from: number, to: number): Promise<void> => {
    for (let n = from; n <= to; n++)
      await Promise.all(['looking', 'buying', 'asking'].map((name) => happens(`c${n}`, name)));
  };
  await all(0, 3);
  await segsyncProcess(folder.path, ['run', '--all']);
  new Resident();
  await all(4, 9);
  await until(() => running!.output.includes('E451'));
  await all(10, 14);
  await until(() => audience('buying').includes('c14'));
  expect(running!.output.match(/error\[E451\]: sync looking\.hook is held/g)).toHaveLength(1);
  expect(running!.output).not.toContain('held no more');
  const allowed = await segsyncProcess(folder.path, ['resume', '--allow-add', 'looking.hook']);
  expect(allowed.exit, allowed.stderr).toBe(0);
  await until(() => running!.output.includes('Sync looking.hook is held no more.'));
  expect(audience('looking')).toHaveLength(15);
  const ids = await opened.session.query('SELECT tick_id FROM segsync.ticks ORDER BY tick_id');
  const numbers = ids.map(({ tick_id: id }) => BigInt(id!));
  // The next one would be taken by whoever commits at the same time.
  expect(numbers.filter((id, n) => n > 0 && id === numbers[n - 1]! + 1n).length).toBeLessThan(5);
});

/** Its first tick is over: what happens from now on happened just then. */
async function ticks(): Promise<void> {
  await until(async () => {
    const sql = 'SELECT segment FROM segsync.segments WHERE evaluated_at IS NOT NULL';
    return (await opened.session.query(sql).catch(() => [])).length > 0;
  });
}

/** Keys with their state, of all syncs. */
async function ledger(): Promise<string[]> {
  const rows = await opened.session
    .query('SELECT entity_key, state FROM segsync.ledger ORDER BY entity_key')
    .catch(() => []);
  return rows.map(({ entity_key: key, state }) => `${key} ${state}`);
}

test('a project that changed is taken over, one that is invalid is not', async () => {
  await project();
  new Resident();
  await ticks();
  await folder.write('segments/buying.yaml', segment('bought', '1h'));
  await until(() => running!.output.includes('is in force from now on'));
  await happens('c3', 'bought');
  await until(() => audience('buying').includes('c3'));
  await folder.write('segments/buying.yaml', segment('bought', 'soon'));
  running!.signal('SIGHUP');
  await until(() => running!.output.includes('the one before stays in force'));
  expect(running!.output).toContain('segments/buying.yaml:3:');
  await happens('c4', 'bought');
  await until(() => audience('buying').includes('c4'));
});

test('a destination that is down keeps no other one waiting', async () => {
  await project({
    'destinations/down.yaml': 'type: webhook\nurl: http://127.0.0.1:1/\nallow_private_address: true\n',
    'segments/leaving.yaml': segment('left', '1h').replace('to: hook', 'to: down'),
  });
  new Resident();
  await happens('c5', 'left');
  await until(() => running!.output.includes('error[E454]'), 60_000);
  await happens('c6');
  const began = performance.now();
  await until(isIn('c6'));
  // Far less than one request's tries.
  expect(performance.now() - began).toBeLessThan(9_000);
});

test('two processes: the second does nothing until the first is gone', async () => {
  await project();
  new Resident();
  await ticks();
  await happens('c7');
  await until(isIn('c7'));
  const first = running!;
  const other = await segsyncProcess(folder.path, ['run', '--all']);
  expect(other.exit).toBe(75);
  await first.kill();
  const after = await segsyncProcess(folder.path, ['run', '--all']);
  expect(after.exit).toBe(0);
});

test('a connection that is lost is made anew', async () => {
  await project();
  new Resident();
  await happens('c8');
  await until(isIn('c8'));
  const client = new pg.Client({ connectionString: (opened.target as unknown as { url: string }).url });
  await client.connect();
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'segsync%' AND datname = current_database()",
  );
  await client.end();
  await happens('c9');
  await until(isIn('c9'));
});

test('wake: notify, with the triggers that doctor names', async () => {
  await project({}, ', wake: notify');
  const keeper = await keep('shop.events');
  // The state's schema has to be there for the function.
  await segsyncProcess(folder.path, ['run']);
  const wakes = async (): Promise<{ code: string; hint: string }[]> => {
    const doctor = await segsyncProcess(folder.path, ['doctor', '--json']);
    const { findings } = JSON.parse(doctor.stdout);
    return findings.find(({ check }: { check: string }) => check === 'wake').problems;
  };
  const found = await wakes();
  expect(found.map(({ code }) => code)).toEqual(['W307', 'W307']);
  const hints = found.map(({ hint }) => hint);
  expect(hints.filter((hint) => hint.includes(`GRANT USAGE ON SCHEMA segsync TO ${keeper}`))).toHaveLength(1);
  for (const hint of hints) await runAsItSays(hint, keeper);
  expect(await wakes()).toEqual([]);
  await folder.write(
    'segsync.yaml',
    projectText({
      target: `{ type: postgres, url: "${(opened.target as unknown as { url: string }).url}", wake: notify }`,
      // Looks are far apart: only a ring can be in time.
      tiers: 'tiers:\n  realtime: { every: 59s, fresh_within: 5m }\n',
      timezone: 'UTC',
    }),
  );
  await folder.write('segments/looking.yaml', segment('looking', '1h'));
  new Resident();
  await happens('c10');
  await until(isIn('c10'));
  await happens('c11');
  const began = performance.now();
  await until(isIn('c11'));
  expect(performance.now() - began).toBeLessThan(5_000);
});

/** Another role owns the table from now on; its name. */
async function keep(table: string): Promise<string> {
  const keeper = `keeper_${opened.folder.slice(-6).toLowerCase().replace(/\W/g, '_')}`;
  for (const sql of [
    `CREATE ROLE ${keeper}`,
    `GRANT USAGE, CREATE ON SCHEMA shop TO ${keeper}`,
    `ALTER TABLE ${table} OWNER TO ${keeper}`,
  ])
    await opened.session.execute(sql);
  keepers.push(keeper);
  return keeper;
}

/** The trigger as the table's owner, what comes before it as the role of the target. */
async function runAsItSays(hint: string, keeper: string): Promise<void> {
  const [before, trigger] = hint.replace(/^run, [^:]*: /, '').split('; CREATE TRIGGER');
  const client = new pg.Client({ connectionString: (opened.target as unknown as { url: string }).url });
  await client.connect();
  await client.query(before!);
  if (hint.includes(keeper)) await client.query(`SET ROLE ${keeper}`);
  await client.query(`CREATE TRIGGER${trigger}`);
  await client.end();
}

test('--watch does not go with what is for one run', async () => {
  await project();
  for (const option of [
    '--all',
    '--full',
    '--dry-run',
    '--now=2026-11-28T00:00:00Z',
    '--allow-removal=looking.hook',
  ]) {
    const ended = await segsyncProcess(folder.path, ['run', '--watch', option]);
    expect([option, ended.exit, ended.stderr]).toEqual([option, 64, expect.stringContaining('E615')]);
  }
});
