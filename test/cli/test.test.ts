/** `segsync test`: files in; stdout, stderr, exit out. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderOf, SHOP, segsync } from './segsync.ts';

const story = (enter: string): string => `segment: buyers
tests:
  - name: "a <first> order & no more"
    story:
      - at: 2026-01-01T00:00:00Z
        insert: { customer: [{ customer_id: ada }, { customer_id: ben }] }
        expect: { members: [] }
      - after: 1h
        insert: { orders: [{ customer_id: ada, amount: 5 }] }
        expect: { enter: [${enter}], out: [ben] }
`;

/** A file with one test of the segment `buyers`, the lines of it as given. */
const oneTest = (...lines: string[]): string =>
  ['segment: buyers', 'tests:', '  - name: t', ...lines.map((line) => `    ${line}`), ''].join('\n');

const AT = 'at: 2026-01-01T00:00:00Z';
const NOBODY = 'expect: { members: [] }';

async function tested(
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): ReturnType<typeof segsync> {
  await using folder = await folderOf({ ...SHOP, ...files });
  return await segsync(folder.path, ['test', ...args]);
}

it('passes, and passes the repository’s own', async () => {
  expect(await tested({ 'segments/buyers_test.yaml': story('ada') })).toEqual({
    stdout: '1 test, 0 failed.\n',
    stderr: '',
    exit: 0,
  });
  const own = await segsync(join(import.meta.dirname, '../..'), ['test']);
  expect(own).toEqual({ stdout: '2 tests, 0 failed.\n', stderr: '', exit: 0 });
});

it('tells who is missing, who is too many and why, annotates it (E643), and writes JUnit', async () => {
  await using folder = await folderOf({ ...SHOP, 'segments/buyers_test.yaml': story('ben') });
  const ended = await segsync(folder.path, ['test', '--junit', 'out.xml'], { GITHUB_ACTIONS: 'true' });
  expect(ended.exit).toBe(1);
  expect(ended.stdout).toBe(`FAILED buyers: a <first> order & no more
  segments/buyers_test.yaml:8
  enter: missing ben
  enter: too many ada
  ben does not fulfil \`did: orders\` (count = 0)
  ada fulfils \`did: orders\` (count = 1)

1 test, 1 failed.
`);
  expect(ended.stderr).toContain('::error file=segments/buyers_test.yaml,line=8');
  expect(ended.stderr).toContain('E643');
  const xml = await readFile(join(folder.path, 'out.xml'), 'utf8');
  expect(xml).toContain('name="a &lt;first&gt; order &amp; no more"');
  expect(xml).toContain('<testsuite name="buyers" tests="1" failures="1"');
});

it('runs the tests in a segment’s own file, which mean nothing to other commands', async () => {
  const own = story('ada')
    .replace('segment: buyers\n', '')
    .replace('a <first>', '$' + '{env:NOT_SET} first');
  const files = { ...SHOP, 'segments/buyers.yaml': `${SHOP['segments/buyers.yaml']}${own}` };
  expect((await tested(files)).stdout).toBe('1 test, 0 failed.\n');
  await using folder = await folderOf(files);
  expect((await segsync(folder.path, ['validate'])).exit).toBe(0);
});

describe('selects', () => {
  const files = {
    'segments/buyers_test.yaml': story('ben'),
    'segments/opted_in_test.yaml': `segment: opted_in
tests:
  - { name: t, at: 2026-01-01, given: { customer: [{ customer_id: a, opt_in: true }] }, expect: { in: [a] } }
`,
  };
  it('segments', async () => {
    expect((await tested(files, ['--select', 'opted_in'])).stdout).toBe('1 test, 0 failed.\n');
    expect((await tested(files, ['--exclude', 'opted_in'])).stdout).toContain('1 test, 1 failed.\n');
  });

  it('and shows results though it is to be quiet', async () => {
    expect((await tested(files, ['--quiet', '--select', 'opted_in'])).stdout).toBe('1 test, 0 failed.\n');
  });
});

describe('refuses, with the place,', () => {
  it.each([
    ['E640', oneTest(AT, 'given: { ordes: [{ customer_id: a }] }', NOBODY), 'did you mean `orders`?'],
    ['E640', oneTest(AT, 'expects: { members: [] }'), 'did you mean `expect`?'],
    ['E641', oneTest(AT), '`expect` must be a mapping'],
    ['E641', oneTest('at: soon', NOBODY), '`at` must be an instant'],
    ['E641', oneTest(NOBODY), '`at` must be given'],
    ['E641', oneTest('story: []'), '`story` must be a list of steps'],
    ['E641', oneTest('story: [{ after: 5m }]'), 'preceded by a step'],
    ['E641', oneTest(`story: [{ ${AT} }, { at: 2025-01-01 }]`), 'no earlier than'],
    ['E641', oneTest(`story: [{ ${AT}, delete: { orders: [{}] } }]`), '`where` must be given'],
    [
      'E641',
      oneTest(`story: [{ ${AT}, update: { orders: [{ set: { amount: 1 } }] } }]`),
      '`where` must be given',
    ],
    [
      'E641',
      oneTest(`story: [{ ${AT}, update: { orders: [{ where: {}, set: { amount: 1 } }] } }]`),
      '`where`',
    ],
    [
      'E641',
      oneTest(`story: [{ ${AT}, update: { orders: [{ where: { amount: 1 } }] } }]`),
      '`set` must be given',
    ],
    ['E641', oneTest(AT, 'types: { orders: { amount: money } }', NOBODY), 'one of text, integer'],
    ['E641', oneTest(AT, 'given: { orders: [{ amount: [1] }] }', NOBODY), 'one value'],
    ['E642', oneTest(AT, NOBODY).replace('buyers', 'byers'), 'did you mean `buyers`?'],
    ['E644', oneTest(AT, 'given: { orders: [{ amont: 1 }] }', NOBODY), 'did you mean `amount`?'],
    [
      'E644',
      oneTest(AT, 'given: { customer: [{ shoe_size: 1 }] }', NOBODY),
      'types: { customer: { shoe_size: text } }',
    ],
  ])('%s: %s', async (code, text, says) => {
    const { stdout, stderr, exit } = await tested({ 'segments/buyers_test.yaml': text });
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 78 });
    expect(stderr.match(/error\[\w+\]/g)).toEqual([`error[${code}]`]);
    expect(stderr).toMatch(/segments\/buyers_test\.yaml:\d+:\d+/);
    expect(stderr).toContain(says);
  });

  it('all that is wrong at once', async () => {
    const wrong = oneTest(AT, 'given: { ordes: [], customer: [{ emial: x }] }', 'expect: { member: [] }');
    const { stderr } = await tested({ 'segments/buyers_test.yaml': wrong });
    expect(stderr.match(/error\[\w+\]/g)).toEqual(['error[E640]', 'error[E644]', 'error[E640]']);
  });
});

it('takes a column whose type it is told, and any where the segment holds SQL', async () => {
  const told = oneTest(
    AT,
    'types: { customer: { shoe_size: integer } }',
    'given: { customer: [{ customer_id: a, shoe_size: 40 }] }',
    NOBODY,
  );
  expect((await tested({ 'segments/buyers_test.yaml': told })).exit).toBe(0);
  const sql = {
    'segments/buyers.yaml': 'entity: customer\nwhere: { sql: "entity.shoe_size > 39" }\n',
    'segments/buyers_test.yaml': oneTest(
      AT,
      'given: { customer: [{ customer_id: a, shoe_size: 40 }] }',
      'expect: { members: [a] }',
    ),
  };
  expect(await tested(sql)).toEqual({ stdout: '1 test, 0 failed.\n', stderr: '', exit: 0 });
});

it('warns (W640) of SQL that was written for another warehouse', async () => {
  const { stderr, exit } = await tested({
    'segsync.yaml': `${SHOP['segsync.yaml']}`.replace(
      '{ type: duckdb, path: data.duckdb, init: shop.sql }',
      '{ type: postgres, url: "postgres://nowhere/shop" }',
    ),
    'segments/buyers.yaml': 'entity: customer\nwhere: { sql: "entity.email IS NOT NULL" }\n',
    'segments/buyers_test.yaml': oneTest(AT, 'given: { customer: [{ customer_id: a }] }', NOBODY),
  });
  expect(exit).toBe(0);
  expect(stderr).toContain('W640');
});

it('fails only the test that cannot be played', async () => {
  const { stdout, stderr, exit } = await tested({
    'segments/buyers_test.yaml': `${oneTest(AT, 'types: { orders: { amount: integer } }', 'given: { orders: [{ amount: much }] }', NOBODY)}  - { name: u, ${AT}, ${NOBODY} }\n`,
    'segments/opted_in_test.yaml': oneTest(
      AT,
      'given: { customer: [{ customer_id: a, opt_in: maybe }] }',
      NOBODY,
    ).replace('buyers', 'opted_in'),
  });
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 1 });
  expect(stdout).toContain('3 tests, 2 failed.');
});

it('cannot write its results under a file (E645)', async () => {
  const { stdout, stderr, exit } = await tested({ 'segments/buyers_test.yaml': story('ada') }, [
    '--junit',
    'shop.sql/out.xml',
  ]);
  expect({ stdout, exit }).toEqual({ stdout: '1 test, 0 failed.\n', exit: 1 });
  expect(stderr).toContain('error[E645]: cannot write shop.sql/out.xml');
});

it('says how to write one where there is none', async () => {
  const ended = await tested({});
  expect(ended.exit).toBe(0);
  expect(ended.stdout).toContain('There are no tests');
  expect(JSON.parse((await tested({}, ['--json'])).stdout)).toEqual({
    version: 1,
    passed: 0,
    total: 0,
    tests: [],
  });
});

it.each([
  [['buyers'], 'error[E691]: `buyers` means nothing without `--record`'],
  [['--out', 'x.yaml'], 'error[E691]: `--out` means nothing without `--record`'],
  [['--record', 'buyers'], 'error[E666]'],
  [['--record', 'byers', '1'], 'did you mean `buyers`?'],
])('usage: %j', async (args, says) => {
  const { stdout, stderr, exit } = await tested({}, args);
  expect({ stdout, exit }).toEqual({ stdout: '', exit: 64 });
  expect(stderr).toContain(says);
});
