/** Two syncs share an audience: who moves from one segment to the other stays, however late the removal is worked off. */
import { afterEach, expect, it } from 'vitest';
import { openRig, type Rig } from '../chaos/rig.ts';
import { CLIENT, type HttpSimulator, httpFile, startHttp } from '../destinations/http.ts';
import { engines } from '../engines.ts';

const ENVIRONMENT = { ACME_ID: CLIENT.id, ACME_SECRET: CLIENT.secret };

let rig: Rig | undefined;
let http: HttpSimulator | undefined;
afterEach(async () => {
  await rig?.drop();
  await http?.close();
  [rig, http] = [undefined, undefined];
});

it.each(engines)('$name: who moves to the other segment is there in the end', async (engine) => {
  http = await startHttp({ jobs: true });
  const { url, hold, finish, members } = http;
  rig = await openRig(engine, ({ target }) => ({
    'segsync.yaml': `version: 1
project: moves
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    identifiers: {email: {trait: email, kind: email}}
`,
    'segments/a.yaml': segment('a'),
    'segments/b.yaml': segment('b'),
    'destinations/acme.yaml': httpFile(url, { jobs: true }),
  }));
  await rig.change([
    'CREATE SCHEMA shop',
    'CREATE TABLE shop.customers (id TEXT, email TEXT, level TEXT, updated_at TIMESTAMP WITH TIME ZONE)',
    "INSERT INTO shop.customers VALUES ('1', 'one@example.com', 'a', now()), ('2', 'two@example.com', 'b', now())",
  ]);
  const run = async () => {
    const { exit, stderr, stdout } = await rig!.call(['run', '--all', '--json'], ENVIRONMENT);
    expect(exit, stdout + stderr).toBe(0);
    return JSON.parse(stdout).syncs as { sync: string; waiting: number }[];
  };
  const settle = async () => {
    for (let runs = 0; runs < 6; runs++) if ((await run()).every(({ waiting }) => waiting === 0)) return;
  };
  await settle();
  expect([...members('both')].sort()).toEqual(['one@example.com', 'two@example.com']);

  // Adds are worked off at once, removals late.
  hold('remove');
  await rig.change(["UPDATE shop.customers SET level = 'b', updated_at = now() WHERE id = '1'"]);
  await run();
  await run();
  finish();
  await settle();
  expect([...members('both')].sort()).toEqual(['one@example.com', 'two@example.com']);
  const rows = await rig.query('SELECT sync, entity_key, state FROM segsync.ledger ORDER BY entity_key');
  expect(rows).toEqual([
    { sync: 'b.acme', entity_key: '1', state: 'delivered' },
    { sync: 'b.acme', entity_key: '2', state: 'delivered' },
  ]);
});

const segment = (level: string): string => `entity: customer
where: {trait: level, eq: ${level}}
sync: [{to: acme, audience: both, shared: true, match: [email]}]
`;
