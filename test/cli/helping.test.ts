/** Identifiers that only help to match (names, places): they go with one that tells who is meant, and tell nobody. */
import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/destination/normalise.ts';
import { openRig, type Rig } from '../chaos/rig.ts';
import { ACCOUNT, type MetaSimulator, rowText, startMeta, TOKEN } from '../destinations/meta.ts';
import { engines } from '../engines.ts';

let rig: Rig | undefined;
let meta: MetaSimulator | undefined;
afterEach(async () => {
  await rig?.drop();
  await meta?.close();
  [rig, meta] = [undefined, undefined];
});

const row = (email: string, name: string, zip: string): string =>
  rowText(['EMAIL', 'FN', 'ZIP'], [sha256(email), sha256(name), zip === '' ? '' : sha256(zip)]);

describe.each(engines)('$name', (engine) => {
  async function run() {
    const ended = await rig!.call(['run', '--all', '--json'], { META_TOKEN: TOKEN });
    expect(ended.exit, ended.stderr).toBe(0);
    return JSON.parse(ended.stdout).syncs[0];
  }
  const members = () => [...meta!.members('active')].sort();

  it('are told with an address, shared by many, and changed with their owner', async () => {
    meta = await startMeta();
    const { url } = meta;
    rig = await openRig(engine, ({ target }) => ({
      'segsync.yaml': `version: 1
project: ads
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    identifiers:
      email: {trait: email, kind: email}
      name: {trait: name, kind: first_name}
      zip: {trait: zip, kind: postal_code}
`,
      'segments/active.yaml':
        'entity: customer\nwhere: {trait: active, eq: true}\nsync: [{to: ads, match: [email, name, zip]}]\n',
      'destinations/ads.yaml': `type: meta
targets: [test]
account_id: "${ACCOUNT}"
access_token: "\${env:META_TOKEN}"
base_url: ${url}
allow_private_address: true
rate: 1000/s
`,
    }));
    await rig.change([
      'CREATE SCHEMA shop',
      'CREATE TABLE shop.customers (id TEXT, email TEXT, name TEXT, zip TEXT, active BOOLEAN, updated_at TIMESTAMP WITH TIME ZONE)',
      `INSERT INTO shop.customers VALUES
        ('1', 'one@example.com', 'Ada', '10115', TRUE, now()),
        ('2', 'two@example.com', 'Ada', '10115', TRUE, now()),
        ('3', NULL, 'Ada', '10115', TRUE, now()),
        ('4', 'one@example.com', 'Ada', '10115', TRUE, now())`,
    ]);
    // Nobody is told by a name and a postal code.
    expect(await run()).toMatchObject({ delivered: { add: 3 }, unmatchable: 1 });
    const [one, two] = [row('one@example.com', 'ada', '10115'), row('two@example.com', 'ada', '10115')];
    expect(members()).toEqual([one, two].sort());

    // The name and place that others have, too, go with the address: by other columns the row would stay.
    await rig.change(["UPDATE shop.customers SET active = FALSE, updated_at = now() WHERE id = '2'"]);
    await run();
    expect(members()).toEqual([one]);

    // Of two with one address, nothing of the row is taken from the other.
    await rig.change(["UPDATE shop.customers SET active = FALSE, updated_at = now() WHERE id = '4'"]);
    await run();
    expect(members()).toEqual([one]);

    // A name that changes is another row.
    await rig.change(["UPDATE shop.customers SET name = 'Zoë', updated_at = now() WHERE id = '1'"]);
    await run();
    expect(members()).toEqual([row('one@example.com', 'zoë', '10115')]);

    // Without what tells who they are, they are taken out, name and all.
    await rig.change(["UPDATE shop.customers SET email = NULL, updated_at = now() WHERE id = '1'"]);
    expect(await run()).toMatchObject({ delivered: { remove: 1 } });
    expect(members()).toEqual([]);
  });
});
