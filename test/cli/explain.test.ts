/** `segsync explain SEGMENT KEY`: what it prints, and what it says to wrong usage. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import type { WhyCondition, WhyReport } from '../../src/report/results.ts';
import { build, type Ended, folderOf, SHOP, segsync, segsyncProcess } from './segsync.ts';

beforeAll(build);

const segment = (where: string, rest = ''): string =>
  `entity: customer\ntier: daily\nwhere:\n  ${where}\n${rest}`;

/** The corner shop with one segment of each form that is told in its own way. */
const FORMS: Readonly<Record<string, string>> = {
  ...SHOP,
  'shop.sql': `${SHOP['shop.sql']}
insert into shop.customers values
  ('o''neil "ключ" \u{1f600}', 'o@example.com', true, timestamptz '2026-01-01 00:00:00+00');`,
  'segments/asked.yaml': 'entity: customer\ntier: daily\nquery: |\n  SELECT customer_id FROM shop.orders\n',
  'segments/compared.yaml': segment(
    '{ measure: { did: orders, within: 7d }, lt: { times: 2, measure: { did: orders } } }',
  ),
  'segments/halved.yaml': segment('share: { of: halves, below: 50% }'),
  'segments/months.yaml': segment('{ did: orders, this: month, avg: { of: amount, gte: 12.5 } }'),
  'segments/spoken.yaml': segment('{ sql: "length(entity.email) > 14" }'),
  'segments/lapsed.yaml': segment('{ has_no: orders, within: 30d }'),
  'segments/leaning.yaml': segment('all: [{ segment: asked }, { not: { segment: buyers } }]'),
};

async function change(folder: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, 'data.duckdb'));
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

async function explained(folder: string, ...args: string[]): Promise<WhyReport> {
  const { stdout, stderr, exit } = await segsync(folder, ['explain', ...args, '--json']);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.not.stringContaining('error') });
  const report = JSON.parse(stdout) as WhyReport;
  expect(report.version).toBe(1);
  return report;
}

/** The published hash, in percent of its range. */
const shareOf = (text: string): number =>
  (100 * Number.parseInt(createHash('md5').update(text).digest('hex').slice(0, 7), 16)) / 2 ** 28;
const shareText = (text: string): string => String(Math.floor(shareOf(text) * 1e6) / 1e6);

/** Instants that a clock gave stand as TIME. */
const timeless = ({ stdout }: Ended): string => stdout.replace(/\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, 'TIME');

const AT = ['--at', '2026-01-02T00:00:00Z'];

describe('explain', () => {
  it('works before the first run, at an instant, and says what it cannot know', async () => {
    await using folder = await folderOf(SHOP);
    expect(await segsync(folder.path, ['explain', 'big_spenders', '25', ...AT])).toEqual({
      exit: 0,
      stdout: `customer 25 is in big_spenders
as of 2026-01-02T00:00:00Z

yes  did: orders, sum: {of: amount, gte: 250}
       sum of amount = 250
       - orders 2026-01-01T00:00:00Z amount=250

No run has evaluated this segment yet.
Next change: not by time alone; only rows can change it.
`,
      stderr:
        'warning[W660]: what shop.customers held at 2026-01-02T00:00:00.000000Z cannot be known: the rows of today are used\n' +
        '  hint: only the past of sources with `append_only: true` and a cursor of time can be known\n' +
        '  more: segsync explain W660\n',
    });
  });

  it('does not count what came later than the instant it is asked for', async () => {
    await using folder = await folderOf(SHOP);
    const early = await explained(folder.path, 'buyers', '25', '--at', '2025-12-31T00:00:00Z');
    expect(early.holds).toBe(false);
    expect((await explained(folder.path, 'buyers', '25', ...AT)).holds).toBe(true);
  });

  it('tells since when, where it was sent, and what waits', async () => {
    await using folder = await folderOf(SHOP);
    expect((await segsync(folder.path, ['run'])).exit).toBe(0);
    expect(timeless(await segsync(folder.path, ['explain', 'opted_in', '4']))).toBe(
      `customer 4 is in opted_in
as of TIME

yes  trait: opt_in, eq: true
       opt_in = true

A member since TIME.
It was one when the segment was last evaluated, TIME.
  enter TIME
Next change: not by time alone; only rows can change it.

opted_in.files: delivered
  to files, audience opted_in
  ledger: delivered TIME, audience_ref out/opted_in.ndjson
  add sent TIME, answered TIME
  answer: delivered
`,
    );
    await change(
      folder.path,
      "update shop.customers set opt_in = false, updated_at = now() where customer_id = '4'",
    );
    const pending = await explained(folder.path, 'opted_in', '4');
    expect(pending).toMatchObject({ holds: false, membership: { member: true, pending: 'exit' } });
    await segsync(folder.path, ['pause', 'opted_in.files', '--reason', 'an audit']);
    expect((await segsync(folder.path, ['run', '--all'])).exit).toBe(0);
    const [sync] = (await explained(folder.path, 'opted_in', '4')).syncs;
    expect(sync).toMatchObject({ state: 'delivered' });
    expect(sync!.reasons.map(({ code }) => code)).toEqual(['paused', 'waiting']);
    expect(sync!.reasons[0]!.message).toContain('an audit');
  });

  it('shows the ledger of a key that is not in the entity’s table', async () => {
    await using folder = await folderOf(SHOP);
    await segsync(folder.path, ['run']);
    await change(folder.path, "delete from shop.customers where customer_id = '4'");
    const gone = await segsync(folder.path, ['explain', 'opted_in', '4']);
    expect({ exit: gone.exit, stderr: gone.stderr }).toEqual({ exit: 0, stderr: '' });
    expect(gone.stdout).toContain('The table of customer has no such key');
    expect(gone.stdout).toContain('opted_in.files: delivered');
    const never = await explained(folder.path, 'opted_in', 'nobody');
    expect(never).toMatchObject({ found: false, holds: false, syncs: [{ state: 'not there', ledger: [] }] });
  });

  it('tells what was rejected, who may not be sent, and syncs of former days', async () => {
    await using folder = await folderOf({
      ...SHOP,
      'segments/mailed.yaml': segment(
        'trait: customer_id\n  is_null: false',
        'sync:\n  - { to: hook, match: [email], consent: { trait: opt_in } }\n',
      ),
      'destinations/hook.yaml': 'type: klaviyo\ntargets: [other]\napi_key: none\n',
    });
    await segsync(folder.path, ['run']);
    const values =
      "'mailed.hook', '3', 'add', 'h', 'bad_email', 'no such domain', 2, now(), now(), now(), false";
    await change(
      folder.path,
      `insert into segsync.rejections values (${values})`,
      "insert into segsync.syncs (sync, segment, destination, audience_ref) values ('mailed.old', 'mailed', 'old', 'a')",
      "update shop.customers set email = NULL where customer_id in ('3', '4')",
    );
    const report = await explained(folder.path, 'mailed', '3');
    const codes = (name: string): string[] =>
      report.syncs.find(({ sync }) => sync === name)!.reasons.map(({ code }) => code);
    expect(codes('mailed.hook')).toEqual(['other_target', 'consent_missing', 'unmatchable', 'first_load']);
    expect(codes('mailed.old')).toEqual(['not_declared']);
    expect(report.syncs[0]!.rejection).toMatchObject({
      code: 'bad_email',
      message: 'no such domain',
      attempts: 2,
    });
    const { stdout } = await segsync(folder.path, ['explain', 'mailed', '3']);
    expect(stdout).toContain('add rejected');
    expect(stdout).toContain('bad_email: no such domain');
  });

  it.each([
    ['asked', '3', true, { kind: 'query', holds: true }],
    ['asked', '33', false, { kind: 'query', holds: false }],
    ['spoken', '1000', true, { values: [{ name: 'sql', value: 'true' }] }],
    ['spoken', '1', false, { values: [{ name: 'sql', value: 'false' }] }],
    [
      'halved',
      '1',
      shareOf('halves:1') < 50,
      { values: [{ name: 'hash_percent', value: shareText('halves:1') }] },
    ],
    [
      'compared',
      '3',
      true,
      {
        values: [
          { name: 'count', value: '0' },
          { name: 'count', value: '1' },
        ],
      },
    ],
    [
      'months',
      '3',
      true,
      { values: [{ name: 'avg of amount', value: '30' }], windows: [{ window: 'this: month' }] },
    ],
    ['months', '1', false, { values: [{ name: 'avg of amount', value: '10' }] }],
    ['lapsed', '3', false, { kind: 'not', text: 'has_no: orders, within: 30d' }],
  ] as [string, string, boolean, Partial<WhyCondition>][])(
    '%s of %s',
    async (name, key, holds, condition) => {
      await using folder = await folderOf(FORMS);
      const report = await explained(folder.path, name, key, '--at', '2026-01-20T00:00:00Z');
      expect(report).toMatchObject({ holds, condition });
    },
  );

  it('tells when the verdict changes by time alone, and when it cannot be foreseen', async () => {
    await using folder = await folderOf(FORMS);
    const lapsed = await explained(folder.path, 'lapsed', '3', '--at', '2026-01-20T00:00:00Z');
    expect(lapsed.next_change).toEqual({ kind: 'at', at: '2026-01-31T00:00:00.000000Z', holds: true });
    const months = await explained(folder.path, 'months', '3', '--at', '2026-01-20T00:00:00Z');
    expect(months.next_change).toEqual({ kind: 'at', at: '2026-02-01T00:00:00.000000Z', holds: false });
    for (const name of ['asked', 'leaning'])
      expect((await explained(folder.path, name, '3')).next_change).toMatchObject({ kind: 'unknown' });
  });

  it('expands references, and leaves a query segment as its last tick left it', async () => {
    await using folder = await folderOf(FORMS);
    await segsync(folder.path, ['run', '--all']);
    await change(folder.path, "insert into shop.orders values ('40', 5, now())");
    const { condition } = await explained(folder.path, 'leaning', '40');
    expect(condition.of).toMatchObject([
      { text: 'segment: asked', holds: false },
      {
        text: 'not',
        holds: false,
        of: [{ text: 'segment: buyers', holds: true, of: [{ text: 'did: orders' }] }],
      },
    ]);
  });

  it('takes keys with quotes, other scripts and pictures', async () => {
    await using folder = await folderOf(FORMS);
    const key = 'o\'neil "ключ" \u{1f600}';
    expect(await explained(folder.path, 'opted_in', key)).toMatchObject({ key, found: true, holds: true });
  });

  it('shows as many rows as are asked for', async () => {
    await using folder = await folderOf(SHOP);
    await segsync(folder.path, ['run']);
    await change(
      folder.path,
      "insert into shop.orders select '25', i, timestamptz '2026-01-01 00:00:00+00' from range(9) t(i)",
    );
    const shown = async (...rows: string[]): Promise<number | undefined> =>
      (await explained(folder.path, 'big_spenders', '25', ...rows)).condition.rows?.length;
    expect([await shown(), await shown('--rows', '5'), await shown('--rows', '0')]).toEqual([
      3,
      5,
      undefined,
    ]);
    const { stdout } = await segsync(folder.path, ['explain', 'big_spenders', '25']);
    expect(stdout).toContain('and more rows');
  });

  it('says that a guard holds a sync, and that a key has two rows', async () => {
    await using folder = await folderOf(SHOP);
    await segsync(folder.path, ['run']);
    await change(
      folder.path,
      "update segsync.syncs set held_reason = 'max_remove' where sync = 'opted_in.files'",
      "insert into shop.customers select * from shop.customers where customer_id = '4'",
    );
    const report = await explained(folder.path, 'opted_in', '4');
    expect(report.syncs[0]!.reasons).toEqual([{ code: 'held', message: 'held by a guard: max_remove' }]);
    expect(report.notes).toMatchObject([
      { code: 'W662', message: expect.stringContaining('shop.customers has more than one row for this key') },
    ]);
  });

  it('counts no row twice where the newest of two rows is taken', async () => {
    await using folder = await folderOf({
      ...SHOP,
      'segsync.yaml': SHOP['segsync.yaml']!.replace(
        '    cursor: updated_at\n',
        '    cursor: updated_at\n    duplicates: latest\n',
      ),
      'shop.sql': `${SHOP['shop.sql']}\ninsert into shop.customers select * from shop.customers where customer_id = '4';`,
      'segments/often.yaml': segment('{ did: orders, count: { gte: 2 } }'),
    });
    const report = await explained(folder.path, 'often', '4');
    expect(report).toMatchObject({
      holds: false,
      condition: { values: [{ name: 'count', value: '1' }], rows: [{}] },
      notes: [],
    });
    const { stdout } = await segsync(folder.path, ['members', 'often', '--key', '4']);
    expect(stdout).toBe('4 is not in often\n');
  });

  it('looks ahead with the rows that there are', async () => {
    await using folder = await folderOf(FORMS);
    const report = await explained(folder.path, 'lapsed', '3', '--at', '2999-01-01');
    expect(report).toMatchObject({ holds: true, notes: [{ code: 'W661' }] });
  });

  it('lets no control character through to a terminal', async () => {
    await using folder = await folderOf({
      ...SHOP,
      'segments/named.yaml': segment('trait: email\n  is_null: false'),
    });
    await segsync(folder.path, ['run']);
    await change(folder.path, "update shop.customers set email = chr(27) || '[31mx' where customer_id = '4'");
    const { stdout } = await segsync(folder.path, ['explain', 'named', '4', '--no-color']);
    expect(stdout).toContain('email = \\u001b[31mx');
    expect(stdout).not.toContain('\u001b');
  });

  it('colours verdicts where colours are wanted', async () => {
    await using folder = await folderOf(SHOP);
    const { stdout } = await segsync(folder.path, ['explain', 'opted_in', '4', '--color']);
    expect(stdout).toContain('\u001b[32mis in opted_in\u001b[39m');
    expect(stdout).toContain('\u001b[32myes\u001b[39m');
  });

  it('tells events and logs nothing of the person', async () => {
    await using folder = await folderOf(SHOP);
    const { stderr } = await segsyncProcess(folder.path, [
      'explain',
      'opted_in',
      '4',
      '--verbose',
      '--events',
      'e.ndjson',
    ]);
    const events = join(folder.path, 'e.ndjson');
    const told = stderr + (existsSync(events) ? readFileSync(events, 'utf8') : '');
    expect(told).not.toMatch(/c4@|opt_in|"4"/);
  });
});

describe('explain, typed wrongly', () => {
  const integers = {
    ...SHOP,
    'shop.sql': SHOP['shop.sql']!.replaceAll('i::varchar as customer_id', 'i as customer_id'),
  };

  it.each([
    [
      ['opted_inn', '4'],
      'E607]: there is no segment `opted_inn` in this project\n  hint: did you mean `opted_in`?',
    ],
    [
      ['opted_in'],
      'E603]: `explain opted_in` needs a key, or the code of a diagnostic in the place of `opted_in`\n  hint: see `segsync explain --help`',
    ],
    [['opted_in', ''], 'E666]: the key is empty\n  hint: `segsync explain --help` shows an example'],
    [
      ['opted_in', 'abc'],
      'E665]: `abc` is no key of `customer`: its keys are whole numbers\n  hint: a key such as `42`',
    ],
    [['opted_in', '4', '--rows', 'x'], 'E604]: `--rows` takes a whole number, 0 to 100, not `x`'],
    [['opted_in', '4', '--rows', '101'], 'E604]: `--rows` takes a whole number, 0 to 100, not `101`'],
    [
      ['opted_in', '4', '--at', 'noon'],
      'E604]: `--at` takes an instant such as 2026-11-22T10:00:00Z, or a date, not `noon`',
    ],
  ])('%j', async (args, error) => {
    await using folder = await folderOf(integers);
    const expected = { stdout: '', stderr: `error[${error}\n`, exit: 64 };
    expect(await segsync(folder.path, ['explain', ...args])).toEqual(expected);
  });

  it('takes whole numbers as the entity writes them, however large', async () => {
    await using folder = await folderOf(integers);
    expect(await explained(folder.path, 'opted_in', '+004')).toMatchObject({ key: '4', holds: true });
    expect(await explained(folder.path, 'opted_in', '9999999999999999999')).toMatchObject({ found: false });
  });

  it('says in its help that it prints a person’s values', async () => {
    await using folder = await folderOf(SHOP);
    const { stdout, exit } = await segsync(folder.path, ['explain', '--help']);
    expect(exit).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain("It prints this person's own values");
  });
});
