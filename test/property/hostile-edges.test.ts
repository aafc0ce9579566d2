/** What a warehouse or JSON can hardly hold: refused before anything has changed, or carried unharmed. */
import { afterEach, describe, expect, it } from 'vitest';
import { openRig, type ProjectFiles, type Rig } from '../chaos/rig.ts';
import { SHOP, shopFiles } from '../chaos/shop.ts';
import { snapshotOf } from '../chaos/snapshot.ts';
import { engines } from '../engines.ts';

const [duckdb, postgres] = engines;
let rig: Rig | undefined;
afterEach(async () => {
  await rig?.drop();
  rig = undefined;
});

describe('what no warehouse can store', () => {
  for (const [what, text] of Object.entries({ NUL: 'a\0b', 'half of a character': 'a\ud800b' })) {
    it(`is refused where it stands: ${what}`, async () => {
      rig = await openRig(duckdb!, shopFiles);
      await rig.change(SHOP);
      const before = await snapshotOf(rig);
      for (const [place, segment] of Object.entries(placesOf(text))) {
        const file = JSON.stringify({ entity: 'customer', ...segment });
        await rig.write((places) => ({ ...shopFiles(places), 'segments/buyers.yaml': file }));
        const { exit, stderr } = await rig.run(['run', '--all']);
        expect({ place, exit, stderr }).toMatchObject({
          exit: 78,
          stderr: expect.stringMatching(/error\[E121\].*\n +--> segments\/buyers\.yaml:1:/),
        });
      }
      await rig.write(shopFiles);
      expect(await snapshotOf(rig)).toEqual(before);
    });
  }
});

function placesOf(text: string): Record<string, object> {
  const where = { trait: 'status', eq: 'inside' };
  return {
    'a value': { where: { trait: 'status', eq: text } },
    'a value among others': { where: { trait: 'status', in: ['x', text] } },
    'a trait': { where: { trait: text, eq: 'x' } },
    'a source': { where: { did: text } },
    'a column': { where: { did: 'orders', where: { [text]: 'x' } } },
    'a share': { where: { share: { of: text, below: '50%' } } },
    'a name': { name: text, where },
    'an audience': { where, sync: [{ to: 'hook', audience: text }] },
    'a field': { where, sync: [{ to: 'hook', fields: { [text]: 'name' } }] },
    'a constant': { where, sync: [{ to: 'hook', fields: { a: { value: text } } }] },
  };
}

describe('names that a warehouse would cut', () => {
  it('are refused on PostgreSQL, which keeps 63 bytes', async () => {
    const name = 'ü'.repeat(40);
    const where = { did: 'orders', where: { [name]: 'x' } };
    rig = await openRig(postgres!, (places) => ({
      ...shopFiles(places),
      'segments/buyers.yaml': JSON.stringify({ entity: 'customer', where }),
    }));
    // What PostgreSQL would make of the name.
    await rig.change([...SHOP, `ALTER TABLE shop.orders ADD COLUMN "${'ü'.repeat(31)}" TEXT`]);
    const { exit, stderr } = await rig.run(['run', '--all', '-s', 'buyers']);
    expect(stderr).toMatch(/error\[E(211|302)\]/);
    expect([1, 78]).toContain(exit);
    expect(await rig.query('SELECT * FROM segsync.ticks')).toEqual([]);
  });
});

describe('names that mean something to JavaScript', () => {
  const NAMES = ['__proto__', 'constructor', 'tostring', '-', '0'];
  for (const engine of engines) {
    it(`are names like others on ${engine.name}`, async () => {
      const fields = Object.fromEntries(NAMES.map((name) => [name, 'name']));
      rig = await openRig(engine, (places) => ({
        ...shopFiles(places),
        'segsync.yaml': shopFiles(places)['segsync.yaml']!.replace(
          'identifiers:',
          `identifiers:\n${NAMES.map((name) => `      "${name}": {trait: name, kind: external_id}`).join('\n')}`,
        ),
        ...Object.fromEntries(
          NAMES.map((name) => [
            `segments/${name}.yaml`,
            JSON.stringify({
              entity: 'customer',
              where: { trait: 'status', eq: 'inside' },
              sync: [{ to: 'hook', match: NAMES, fields }],
            }),
          ]),
        ),
      }));
      await rig.change([...SHOP, "UPDATE shop.customers SET status = 'inside' WHERE id <= 3"]);
      const { exit, stdout, stderr } = await rig.run(['run', '--all', '--json']);
      expect(exit, stderr + stdout).toBe(0);
      const values = Object.fromEntries(NAMES.map((name) => [name, 'quiet']));
      const member = JSON.stringify({ identifiers: values, fields: values });
      for (const name of NAMES) {
        const audience = [...(rig.receiver.audiences.get(name) ?? [])];
        expect(audience.map(([key]) => key).sort(), name).toEqual(['1', '2', '3']);
        for (const [, sent] of audience) expect(sortedJson(sent), name).toBe(sortedJson(JSON.parse(member)));
      }
      const requests = rig.receiver.requests.length;
      const again = await rig.run(['run', '--all', '--verbose']);
      expect(again.exit, again.stderr).toBe(0);
      expect(rig.receiver.requests.length).toBe(requests);
    });
  }
});

/** Equal for equal values, whatever the order of names. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

describe('somebody’s own SQL as a table', () => {
  for (const engine of engines) {
    it(`is read as it was written on ${engine.name}: line breaks in texts, comments at ends of lines`, async () => {
      rig = await openRig(engine, (places) => ({
        ...shopFiles(places),
        'segsync.yaml': shopFiles(places)['segsync.yaml']!.replace(
          'table: shop.customers',
          `query: |
      -- everyone, with "a note;
      SELECT id, status, name, consent, updated_at, -- it's a comment
        'two
        lines' AS email
      FROM shop.customers -- the end;`,
        ),
        'segments/buyers.yaml': JSON.stringify({
          entity: 'customer',
          where: { trait: 'email', eq: 'two\n  lines' },
          sync: [{ to: 'hook', match: ['email'] }],
        }),
      }));
      await rig.change([
        'CREATE TABLE canary (n INTEGER)',
        ...SHOP,
        'DELETE FROM shop.customers WHERE id > 5',
      ]);
      for (let round = 0; round < 2; round++) {
        const { exit, stdout, stderr } = await rig.run(['run', '--all', '--json']);
        expect(exit, stderr + stdout).toBe(0);
        const audience = rig.receiver.audiences.get('buyers') ?? new Map();
        expect([...audience.values()].map(({ identifiers }) => identifiers)).toEqual(
          Array.from({ length: 5 }, () => ({ email: 'two\n  lines' })),
        );
        await rig.change(["UPDATE shop.customers SET name = 'edited', updated_at = now() WHERE id = 2"]);
      }
    });
  }
});

describe('data that only DuckDB can hold', () => {
  it('carries NUL in keys, identifiers and fields', async () => {
    const files: ProjectFiles = (places) => ({
      ...shopFiles(places),
      'segsync.yaml': shopFiles(places)['segsync.yaml']!.replace('table: shop.customers', 'table: shop.odd'),
    });
    rig = await openRig(duckdb!, files);
    const odd = (n: number): string => `'k${n}' || chr(0) || 'x'`;
    await rig.change([
      ...SHOP,
      'CREATE TABLE shop.odd (id VARCHAR, status VARCHAR, name VARCHAR, email VARCHAR, consent BOOLEAN, updated_at TIMESTAMPTZ)',
      ...[1, 2, 3].map(
        (n) => `INSERT INTO shop.odd VALUES (${odd(n)}, 'inside', ${odd(n)}, ${odd(n)}, TRUE, now())`,
      ),
      "INSERT INTO shop.odd VALUES ('k1', 'waiting', NULL, NULL, TRUE, now())",
    ]);
    const first = await rig.run(['run', '--all', '-s', 'inside']);
    expect(first.exit, first.stderr).toBe(0);
    const sent = [...(rig.receiver.audiences.get('inside') ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sent).toEqual(
      [1, 2, 3].map((n) => {
        const value = `k${n}\0x`;
        return [value, { identifiers: { email: value }, fields: { name: value } }];
      }),
    );
    await rig.change([`UPDATE shop.odd SET status = 'gone', updated_at = now() WHERE id = ${odd(2)}`]);
    const second = await rig.run(['run', '--all', '-s', 'inside']);
    expect(second.exit, second.stderr).toBe(0);
    expect([...rig.receiver.audiences.get('inside')!.keys()].sort()).toEqual(['k1\0x', 'k3\0x']);
  });
});

describe('what an endpoint says about a row', () => {
  for (const engine of engines) {
    it(`is kept on ${engine.name}, whatever it is made of`, async () => {
      const messages = [
        'no\0pe',
        'half \ud800 of it',
        'it\'s \\ "that"; DROP TABLE canary; --',
        '\u202e😀\r\n\tlong '.repeat(500),
      ];
      rig = await openRig(engine, shopFiles);
      await rig.change([...SHOP, "UPDATE shop.customers SET status = 'inside' WHERE id <= 4"]);
      rig.receiver.always(() => ({
        errors: messages.map((message, index) => ({ index, code: `c${index}`, message, retryable: false })),
      }));
      const { exit, stdout, stderr } = await rig.run(['run', '--all', '--json', '-s', 'inside']);
      expect(exit, stderr + stdout).toBe(0);
      const rows = await rig.query(
        "SELECT code, message FROM segsync.rejections WHERE sync = 'inside.hook' ORDER BY code",
      );
      expect(rows.map(({ code }) => code)).toEqual(['c0', 'c1', 'c2', 'c3']);
      expect(rows[0]!.message).toBe('no pe');
      expect(rows[1]!.message).toBe('half \ufffd of it');
      expect(rows[2]!.message).toBe(messages[2]);
      for (const { message } of rows) expect(message!.length).toBeLessThan(500);
    });
  }
});

describe('a key that is too long for PostgreSQL’s indexes', () => {
  it('fails its segments, says so, and shows nothing of the key', async () => {
    rig = await openRig(postgres!, (places) => ({
      ...shopFiles(places),
      'segsync.yaml': shopFiles(places)['segsync.yaml']!.replace('table: shop.customers', 'table: shop.odd'),
    }));
    const long = "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) AS t(n))";
    await rig.change([
      ...SHOP,
      'CREATE TABLE shop.odd (id TEXT, status TEXT, name TEXT, email TEXT, consent BOOLEAN, updated_at TIMESTAMPTZ)',
      `INSERT INTO shop.odd SELECT ${long}, 'inside', NULL, NULL, TRUE, now()`,
    ]);
    const { exit, stderr } = await rig.run(['run', '--all', '-s', 'inside']);
    expect(exit, stderr).toBe(1);
    expect(stderr).toMatch(/error\[E703\].*index/);
    expect(stderr).not.toContain('c4ca4238');
    expect(rig.receiver.requests).toEqual([]);
  });
});
