/**
 * One story for every vendor whose API is simulated, told by the whole program: whatever the other side does, in the
 * end its audience is the segment, and nobody else's members are touched.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from '../../chaos/rig.ts';
import { build } from '../../cli/segsync.ts';
import { type Person, VENDORS, type Vendor } from '../../destinations/vendors.ts';
import { engines } from '../../engines.ts';

const PEOPLE: readonly Person[] = [
  { key: '1', email: ' Ada@Example.com', phone: '+49 151 12345678' },
  { key: '2', email: 'grace.hopper+ads@example.com' },
  { key: '3', email: 'zoë@example.com', phone: '+33 6 12 34 56 78' },
  { key: "o'4", email: 'twin@example.com' },
  { key: '5', email: 'twin@example.com' },
  { key: '6', email: 'last@example.com', phone: '+1 (650) 253-0000' },
  { key: '7' },
];

describe.each(Object.keys(VENDORS))('%s', (name) => {
  let rig: Rig | undefined;
  let vendor: Vendor | undefined;
  afterEach(async () => {
    await rig?.drop();
    await vendor?.simulator.close();
    [rig, vendor] = [undefined, undefined];
  });

  async function open(): Promise<{ rig: Rig; vendor: Vendor }> {
    vendor = await VENDORS[name]!();
    const { file, match } = vendor;
    rig = await openRig(engines.find((each) => each.name === 'duckdb')!, ({ target }) => ({
      'segsync.yaml': projectText(target),
      'segments/active.yaml': `entity: customer\nwhere: {trait: active, eq: true}\nsync: [{to: ads, match: [${match}]}]\n`,
      'destinations/ads.yaml': file,
    }));
    await rig.change([
      'CREATE SCHEMA shop',
      'CREATE TABLE shop.customers (id TEXT, email TEXT, phone TEXT, active BOOLEAN, updated_at TIMESTAMPTZ)',
      `INSERT INTO shop.customers VALUES ${PEOPLE.map(rowOf).join(', ')}`,
    ]);
    return { rig, vendor };
  }

  async function run(exit = 0, ...args: string[]) {
    const ended = await rig!.call(['run', '--all', '--json', ...args], vendor!.environment);
    expect(ended.exit, ended.stdout + ended.stderr).toBe(exit);
    for (const secret of Object.values(vendor!.environment))
      expect(ended.stdout + ended.stderr).not.toContain(secret);
    return JSON.parse(ended.stdout).syncs[0];
  }

  const change = (id: string, set: string) =>
    rig!.change([
      `UPDATE shop.customers SET ${set}, updated_at = now() WHERE id = '${id.replaceAll("'", "''")}'`,
    ]);

  const expectAudience = (people: readonly Person[], ...foreign: string[]) =>
    expect([...vendor!.members('active')].sort()).toEqual(
      [...new Set([...people.map((person) => vendor!.known(person)), ...foreign])].sort(),
    );
  const without = (...keys: string[]) =>
    PEOPLE.filter((person) => isMatchable(person) && !keys.includes(person.key));
  const isMatchable = ({ key, email, phone }: Person) => {
    const has = { external_id: key, email, phone };
    return vendor!.match.some((name) => has[name as keyof typeof has] !== undefined);
  };

  it('makes the audience, fills it, keeps it in step, and leaves others alone', async () => {
    const { vendor } = await open();
    const planned = await rig!.call(['plan', '--json'], vendor.environment);
    expect(planned.exit, planned.stderr).toBe(0);
    expect(vendor.simulator.calls.every(({ method }) => method === 'GET')).toBe(true);

    const all = without();
    expect(await run()).toMatchObject({
      delivered: { add: all.length, remove: 0, update: 0 },
      unmatchable: PEOPLE.length - all.length,
      rejected: 0,
    });
    expectAudience(all);
    const foreign = vendor.addForeign('active');
    expect(await run()).toMatchObject({ delivered: { add: 0, remove: 0, update: 0 } });

    await change('1', 'active = FALSE');
    await change('2', "email = 'grace@example.com'");
    await run();
    const moved = { key: '2', email: 'grace@example.com' };
    expectAudience([...without('1', '2'), moved], foreign);

    // Of two with one address, the other still has it.
    await change('5', 'active = FALSE');
    await run();
    expectAudience([...without('1', '2', '5'), moved], foreign);
    await change("o'4", 'active = FALSE');
    await run();
    expectAudience([...without('1', '2', '5', "o'4"), moved], foreign);

    await rig!.change(['DELETE FROM shop.customers']);
    await run(3, '--full');
    await run(0, '--full', '--allow-removal', 'active.ads');
    expectAudience([], foreign);
  });

  it.each(['busy', 'busyFor1s', 'down'] as const)('is %s, and is asked again', async (fault) => {
    const { vendor } = await open();
    vendor.simulator.faults.push(vendor.faults[fault]);
    await run();
    await run();
    expectAudience(without());
    vendor.simulator.faults.push(vendor.faults[fault]);
    await change('1', 'active = FALSE');
    await run();
    await run();
    expectAudience(without('1'));
  });

  it.each([
    ['before', false],
    ['after', true],
  ])('does not answer: cut off %s it was applied', async (_, applied) => {
    const { vendor } = await open();
    vendor.simulator.faults.push({ drop: true, applied });
    await run();
    expectAudience(without());
    vendor.simulator.faults.push({ drop: true, applied });
    await change('1', 'active = FALSE');
    await run();
    expectAudience(without('1'));
  });

  it('refuses the credentials: exit 77, and once they are right nothing is missing', async () => {
    const { vendor } = await open();
    const refusal = vendor.refuseCredentials();
    expect(await run(77)).toMatchObject({ error: { code: 'E406' } });
    refusal.back();
    await run();
    expectAudience(without());
  });

  it('refuses one by name: the others are there, and that one is not asked for again', async () => {
    const { rig, vendor } = await open();
    if (!vendor.refused) return;
    await rig.change([`INSERT INTO shop.customers VALUES ${rowOf(vendor.refused)}`]);
    expect(await run()).toMatchObject({ rejected: 1, delivered: { add: without().length } });
    expectAudience(without());
    const calls = vendor.simulator.calls.length;
    expect(await run()).toMatchObject({ rejected: 0 });
    expect(vendor.simulator.calls.slice(calls).filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('had applied what a killed run sent, and nobody remains who left meanwhile', {
    timeout: 90_000,
  }, async () => {
    await build();
    const { rig, vendor } = await open();
    vendor.simulator.faults.push({ applied: true, held: new Promise(() => {}) });
    const running = rig.start(['run', '--all'], { environment: vendor.environment });
    while (vendor.simulator.faults.length > 0 && !running.isOver())
      await new Promise((resolve) => setTimeout(resolve, 20));
    running.kill();
    expect((await running.ended).signal).toBe('SIGKILL');
    await rig.change(['UPDATE shop.customers SET active = FALSE, updated_at = now()']);
    await run(0, '--allow-removal', 'active.ads');
    expectAudience([]);
  });
});

const text = (value: string | undefined): string =>
  value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`;

const rowOf = ({ key, email, phone }: Person): string =>
  `(${text(key)}, ${text(email)}, ${text(phone)}, TRUE, now())`;

const projectText = (target: unknown): string => `version: 1
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
      phone: {trait: phone, kind: phone}
      external_id: {trait: id, kind: external_id}
guards: {min_guarded_size: 4}
`;
