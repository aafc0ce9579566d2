/** `segsync test`: files in; stdout, stderr, exit out. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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

it('passes, and passes the repository’s own', async () => {
  await using folder = await folderOf({ ...SHOP, 'segments/buyers_test.yaml': story('ada') });
  expect(await segsync(folder.path, ['test'])).toEqual({
    stdout: '1 test, 0 failed.\n',
    stderr: '',
    exit: 0,
  });
  const own = await segsync(join(import.meta.dirname, '../..'), ['test']);
  expect(own).toEqual({ stdout: '2 tests, 0 failed.\n', stderr: '', exit: 0 });
});

it('tells who is missing and who is too many, and writes JUnit', async () => {
  await using folder = await folderOf({ ...SHOP, 'segments/buyers_test.yaml': story('ben') });
  const ended = await segsync(folder.path, ['test', '--junit', 'out.xml'], { GITHUB_ACTIONS: 'true' });
  expect(ended.exit).toBe(1);
  expect(ended.stdout).toContain(
    'segments/buyers_test.yaml:8\n  enter: missing ben\n  enter: too many ada\n',
  );
  expect(ended.stderr).toContain('::error file=segments/buyers_test.yaml,line=8');
  const xml = await readFile(join(folder.path, 'out.xml'), 'utf8');
  expect(xml).toContain('name="a &lt;first&gt; order &amp; no more"');
  expect(xml).toContain('<testsuite name="buyers" tests="1" failures="1"');
});

it('refuses a wrong file with its place', async () => {
  const text = story('ada').replace('orders:', 'ordes:');
  await using folder = await folderOf({ ...SHOP, 'segments/buyers_test.yaml': text });
  const ended = await segsync(folder.path, ['test']);
  expect(ended.exit).toBe(78);
  expect(ended.stderr).toContain('E640');
  expect(ended.stderr).toContain('did you mean `orders`?');
});

it('says how to write one where there is none', async () => {
  await using folder = await folderOf(SHOP);
  const ended = await segsync(folder.path, ['test']);
  expect(ended.exit).toBe(0);
  expect(ended.stdout).toContain('There are no tests');
});
