/** What a change of the project, or of what others do, means for who is in an audience: each once went wrong. */
import { afterEach, describe, expect, it } from 'vitest';
import type { RunReport, StatusReport } from '../../src/report/results.ts';
import { openRig, type ProjectFiles, type Rig } from '../chaos/rig.ts';
import { engines } from '../engines.ts';

const TABLES = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (id TEXT, vip BOOLEAN, consent BOOLEAN, updated_at TIMESTAMPTZ)',
  'CREATE TABLE shop.blocks (customer_id TEXT, blocked_at TIMESTAMPTZ)',
  `INSERT INTO shop.customers SELECT CAST(n AS TEXT), TRUE, TRUE, now() FROM generate_series(1, 9) AS s (n)`,
];

interface Parts {
  /** The sync of the segment `vips`. */
  readonly sync?: string;
  readonly hook?: string;
  readonly tier?: string;
  readonly guards?: string;
  readonly more?: Readonly<Record<string, string>>;
}

const files =
  ({
    sync = '{to: hook}',
    hook = '',
    tier = 'realtime',
    guards = '{max_add: 1000%}',
    more,
  }: Parts = {}): ProjectFiles =>
  ({ target, url }) => ({
    'segsync.yaml': `version: 1
project: audiences
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    sources:
      blocks: {table: shop.blocks, key: customer_id, time: blocked_at, cursor: blocked_at, append_only: true}
guards: ${guards}
`,
    'segments/vips.yaml': `entity: customer\ntier: ${tier}\nwhere: {trait: vip, eq: true}\nsync: [${sync}]\n`,
    'segments/willing.yaml': `entity: customer\ntier: ${tier}\nwhere: {trait: consent, eq: true}\n`,
    'segments/blocked.yaml': `entity: customer\ntier: ${tier}\nwhere: {did: blocks}\n`,
    'destinations/hook.yaml': `type: webhook\nurl: ${url}\nallow_private_address: true\n${hook}`,
    ...more,
  });

describe.each(engines)('$name', (engine) => {
  let rig: Rig;
  afterEach(() => rig?.drop());

  async function open(parts?: Parts): Promise<void> {
    rig = await openRig(engine, files(parts));
    await rig.change(TABLES);
  }

  async function run(exit = 0, ...args: string[]): Promise<RunReport> {
    const ended = await rig.call(['run', '--all', '--json', ...args]);
    expect(ended.exit, ended.stdout + ended.stderr).toBe(exit);
    return JSON.parse(ended.stdout) as RunReport;
  }

  const set = (what: string, ...ids: number[]): Promise<void> =>
    rig.change([
      `UPDATE shop.customers SET ${what}, updated_at = now() WHERE id IN (${ids.map((id) => `'${id}'`).join(', ')})`,
    ]);
  const members = (audience = 'vips'): string =>
    [...(rig.receiver.audiences.get(audience)?.keys() ?? [])].sort().join('');

  it('shared by two segments keeps whom one of them still has, and loses whom both have left', async () => {
    const shared = '{to: hook, audience: both, shared: true}';
    const willing = `entity: customer\ntier: realtime\nwhere: {trait: consent, eq: true}\nsync: [${shared}]\n`;
    await open({ sync: shared, more: { 'segments/willing.yaml': willing } });
    await run();
    await set('vip = FALSE', 3, 4);
    await run();
    expect(members('both')).toBe('123456789');
    await set('consent = FALSE', 4, 5);
    await run();
    expect(members('both')).toBe('12356789');
    // Both at once: neither may leave it to the other.
    await set('vip = FALSE, consent = FALSE', 6, 7);
    await run();
    expect(members('both')).toBe('123589');
  });

  it('is emptied by `remove_only`, and filled again by `mirror`', async () => {
    await open();
    await run();
    await rig.write(files({ sync: '{to: hook, mode: remove_only}' }), rig.opened.target);
    expect((await run()).syncs[0]!.delivered).toEqual({ add: 0, remove: 9, update: 0 });
    expect(members()).toBe('');
    expect((await run()).syncs[0]!.delivered).toEqual({ add: 0, remove: 0, update: 0 });
    await rig.write(files(), rig.opened.target);
    expect((await run()).syncs[0]!.delivered).toEqual({ add: 9, remove: 0, update: 0 });
    expect(members()).toBe('123456789');
  });

  it('does not get those who were kept out because their list is suddenly empty', async () => {
    await open({ hook: 'exclude: blocked\n' });
    await rig.change(["INSERT INTO shop.blocks VALUES ('1', now()), ('2', now())"]);
    await run();
    expect(members()).toBe('3456789');
    await rig.change(['DELETE FROM shop.blocks']);
    const { syncs } = await run(3, '--full');
    expect(syncs[0]!.held).toMatchObject({ guard: 'empty_source' });
    expect(members()).toBe('3456789');
    await run(0, '--full', '--allow-removal', 'vips.hook');
    expect(members()).toBe('123456789');
  });

  it('of `remove_only` does not keep whom the destination excludes', async () => {
    await open({ sync: '{to: hook, mode: remove_only}', hook: 'exclude: blocked\n' });
    await rig.change(["INSERT INTO shop.blocks VALUES ('1', now())"]);
    expect((await run()).syncs[0]!.delivered!.remove).toBe(9);
  });

  it('of `add_only` loses who left the segment and takes back consent later', async () => {
    await open({ sync: '{to: hook, mode: add_only, consent: {trait: consent}}' });
    await run();
    await set('vip = FALSE', 1, 2);
    await run();
    expect(members()).toBe('123456789');
    await set('consent = FALSE', 1);
    await rig.change(["UPDATE segsync.syncs SET delivered_at = delivered_at - INTERVAL '1 hour'"]);
    await run();
    expect(members()).toBe('23456789');
  });

  it('elsewhere is asked for those whom another one rejected', async () => {
    await open();
    rig.receiver.script({ errors: [{ index: 4, code: 'bad', message: 'no' }] });
    expect((await run()).syncs[0]!.rejected).toBe(1);
    await rig.write(files({ sync: '{to: hook, audience: other}' }), rig.opened.target);
    await run();
    expect(members('other')).toBe('123456789');
  });

  it('that the sync comes back to is no first load', async () => {
    const tight = '{max_add: 10%, min_guarded_size: 1}';
    await open({ guards: tight });
    await set('vip = FALSE', 4, 5, 6, 7, 8, 9);
    await run();
    await rig.write(files({ guards: tight, sync: '{to: hook, audience: other}' }), rig.opened.target);
    await run();
    await set('vip = TRUE', 4, 5, 6, 7, 8, 9);
    await rig.write(files({ guards: tight }), rig.opened.target);
    expect((await run(3)).syncs[0]!.held).toMatchObject({ guard: 'max_add' });
  });

  it('of which nothing ever got through is late', async () => {
    await open();
    rig.receiver.always(() => ({ status: 401 }));
    await run(77);
    await rig.change(["UPDATE segsync.changes SET evaluated_at = evaluated_at - INTERVAL '1 hour'"]);
    const { exit, stdout } = await rig.call(['status', '--json']);
    const { syncs } = JSON.parse(stdout) as StatusReport;
    expect({ exit, late: syncs[0]!.late }).toEqual({ exit: 1, late: true });
    expect(syncs[0]).toMatchObject({ awaited_ms: expect.any(Number) });
    expect(syncs[0]).not.toHaveProperty('age_ms');
  });

  it('that puts off one row does not hold up a run, which is whole but for that row', async () => {
    await open({ tier: 'hourly' });
    const putOff = ({ body }: { body: string }) => {
      const { changes } = JSON.parse(body).data;
      const index = changes.findIndex(({ key }: { key: string }) => key === '5');
      return index < 0 ? undefined : { errors: [{ index, code: 'later', message: 'no', retryable: true }] };
    };
    rig.receiver.always(putOff);
    for (const added of [8, 0]) {
      const { syncs, status } = await run();
      expect({ status, error: syncs[0]!.error }).toEqual({ status: 'done' });
      expect(syncs[0]).toMatchObject({ waiting: 1, delivered: { add: added } });
      expect(syncs[0]!.duration_ms).toBeLessThan(30_000);
    }
    rig.receiver.always(undefined);
    await run();
    expect(members()).toBe('123456789');
  });

  it('forgets a rejected person, too; and a key has to be said', async () => {
    await open();
    rig.receiver.script({ errors: [{ index: 4, code: 'bad', message: 'no' }] });
    await run();
    expect((await rig.call(['forget', '5'])).exit).toBe(0);
    expect(await rig.query('SELECT entity_key FROM segsync.rejections')).toEqual([]);
    expect((await rig.call(['forget', ''])).exit).toBe(64);
  });
});
