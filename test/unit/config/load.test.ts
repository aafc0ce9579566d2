import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProject } from '../../../src/config/load.ts';
import { Secret } from '../../../src/config/project.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/instant.ts';
import { load, makeFolder, worldIn } from './fixture.ts';
import { DESTINATION, PROJECT, SEGMENT, SHOP } from './shop.ts';

const withSegment = (text: string) => ({ ...SHOP, 'segments/a.yaml': text });

describe('a good project', async () => {
  const { project, warnings } = await load(SHOP);
  const customer = project.entities.get('customer')!;

  it('has its name, zone, state and targets', () => {
    expect(warnings).toEqual([]);
    expect(project).toMatchObject({ name: 'storefront', timezone: 'Europe/Berlin', defaultTarget: 'dev' });
    expect(project.state).toEqual({ schema: 'segsync', retain: 90n * DAY });
    expect(project.targets.get('dev')).toMatchObject({ type: 'duckdb', options: { path: 'shop.duckdb' } });
  });

  it('has tables with cursors, files from the root, and queries', () => {
    expect(customer).toMatchObject({
      relation: { kind: 'table', parts: ['shop', 'customers'] },
      key: 'customer_id',
      cursor: { column: 'updated_at', overlap: { duration: 2n * MINUTE } },
      duplicates: 'latest',
      place: { line: 11, column: 12 },
    });
    const path = join(project.root, 'data/subscriptions.csv');
    expect(customer.sources.get('subscriptions')?.relation).toEqual({ kind: 'file', path });
    const sql = 'SELECT * FROM crm.accounts\n';
    expect(project.entities.get('account')?.relation).toEqual({ kind: 'query', sql });
  });

  it('has traits, identifiers and sources', () => {
    expect(customer.traits.get('churn_score')).toMatchObject({
      key: 'customer_id',
      column: 'score',
      cursor: { column: 'scored_at' },
    });
    expect(customer.identifiers.get('phone')).toMatchObject({ kind: 'phone', defaultCountry: 'DE' });
    expect(customer.sources.get('events')).toMatchObject({
      split: 'name',
      time: 'occurred_at',
      appendOnly: true,
    });
    expect(customer.sources.get('refunds')).toMatchObject({
      appendOnly: false,
      where: { kind: 'column', column: 'kind', test: { op: 'eq', value: { type: 'text', text: 'full' } } },
    });
  });

  it('reconciles every day, at another pace, or never', async () => {
    expect(customer.reconcile).toBe(DAY);
    const reconcile = async (text: string) => {
      const yaml = PROJECT.replace('duplicates: latest', `reconcile: ${text}`);
      return (await load({ ...SHOP, 'segsync.yaml': yaml })).project.entities.get('customer')!.reconcile;
    };
    expect(await reconcile('1h')).toBe(HOUR);
    expect(await reconcile('never')).toBeUndefined();
  });

  it('reaches rows through a join table, which names their key as they do unless it says otherwise', async () => {
    const link = async (text: string) => {
      const yaml = PROJECT.replace('subscriptions: {', `subscriptions: { through: ${text},`);
      const { sources } = (await load({ ...SHOP, 'segsync.yaml': yaml })).project.entities.get('customer')!;
      return sources.get('subscriptions')?.through;
    };
    expect(customer.sources.get('subscriptions')).not.toHaveProperty('through');
    expect(
      await link('{ table: crm.owners, key: owner, source_key: member, cursor: updated_at, timezone: UTC }'),
    ).toEqual({
      relation: { kind: 'table', parts: ['crm', 'owners'] },
      key: 'owner',
      sourceKey: 'member',
      cursor: { column: 'updated_at' },
      timezone: 'UTC',
      place: expect.objectContaining({ line: 23, column: 42 }),
    });
    expect(await link('{ query: SELECT 1, key: owner }')).toMatchObject({
      relation: { kind: 'query', sql: 'SELECT 1' },
      key: 'owner',
      sourceKey: 'customer_id',
    });
  });

  it('tunes built-in tiers and adds its own', () => {
    expect([...project.tiers.keys()]).toEqual(['realtime', 'frequent', 'hourly', 'daily', 'nightly']);
    expect(project.tiers.get('realtime')).toEqual({
      name: 'realtime',
      every: 5n * SECOND,
      freshWithin: 10n * SECOND,
      place: expect.objectContaining({ line: 29 }),
    });
    expect(project.tiers.get('daily')).toMatchObject({ at: '06:00', freshWithin: 26n * HOUR });
    expect(project.tiers.get('nightly')).toMatchObject({ every: DAY, at: '02:30', freshWithin: 30n * HOUR });
  });

  it('names segments by their files', () => {
    expect(project.segments.get('cart_abandoners')).toMatchObject({
      file: 'segments/lifecycle/cart_abandoners.yaml',
      entity: 'customer',
      tier: 'hourly',
      tags: ['lifecycle'],
      owner: 'growth',
      allowFull: false,
    });
  });
});

describe('a segment by query', () => {
  it('holds its SELECT, and others may refer to it', async () => {
    const files = {
      ...SHOP,
      'segments/a.yaml': 'entity: customer\nquery: |\n  SELECT customer_id FROM vip\n',
      'segments/b.yaml': 'entity: customer\nwhere: {not: {segment: a}}\n',
    };
    const { segments } = (await load(files)).project;
    expect(segments.get('a')?.where).toEqual({
      kind: 'query',
      sql: 'SELECT customer_id FROM vip\n',
      place: expect.objectContaining({ line: 2, column: 8 }),
    });
    expect(segments.get('b')?.where).toMatchObject({ kind: 'not', of: { kind: 'segment', segment: 'a' } });
  });
});

describe('syncs', async () => {
  const { project } = await load(SHOP);
  const plain = project.syncs.get('cart_abandoners.out')!;
  const named = project.syncs.get('cart_abandoners.again')!;

  it('are in name order and take what they do not say from the destination and the segment', () => {
    expect([...project.syncs.keys()]).toEqual(['cart_abandoners.again', 'cart_abandoners.out']);
    expect(plain).toMatchObject({
      audience: 'cart_abandoners',
      mode: 'mirror',
      tier: 'hourly',
      match: ['email'],
    });
    expect(named).toMatchObject({ audience: 'Again', mode: 'add_only', tier: 'daily', match: ['phone'] });
  });

  it('keep fields in order, constants as they are written', () => {
    expect([...plain.fields]).toMatchObject([
      ['name', { trait: 'first_name' }],
      ['value', { trait: 'cart_value' }],
      ['kind', { value: { type: 'number', text: '7.50' } }],
    ]);
  });

  it('ask for consent that is true unless they say otherwise', () => {
    const yes = { op: 'eq', value: { type: 'boolean', value: true } };
    expect(plain.consent).toMatchObject({ trait: 'ads_consent', test: yes });
    expect(named.consent).toMatchObject({ trait: 'region', test: { op: 'in' } });
  });

  it('lay guards over each other: project, destination, segment, sync', () => {
    expect(plain.guards).toEqual({ maxRemove: '25', maxAdd: '60', minGuardedSize: 10 });
    expect(named.guards).toEqual({ maxRemove: '25', maxAdd: '90', minGuardedSize: 10 });
  });

  it('take the slower of the segment’s tier and the destination’s', async () => {
    const files = {
      ...SHOP,
      'destinations/out.yaml': DESTINATION.replace('match: [phone]', 'match: [phone], tier: hourly'),
      'segments/fast.yaml': 'entity: customer\ntier: realtime\nwhere: {trait: a, eq: 1}\nsync: [{to: out}]\n',
      'segments/slow.yaml': 'entity: customer\nwhere: {trait: a, eq: 1}\nsync: [{to: out}]\n',
    };
    const { syncs } = (await load(files)).project;
    expect(syncs.get('fast.out')?.tier).toBe('hourly');
    expect(syncs.get('slow.out')?.tier).toBe('daily');
  });

  it('share an audience when both say so', async () => {
    const shared = (name: string) => `  - {to: out, name: ${name}, audience: all, shared: true}\n`;
    const text = `entity: customer\nwhere: {trait: a, eq: 1}\nsync:\n${shared('x')}${shared('y')}`;
    const { syncs } = (await load(withSegment(text))).project;
    expect(syncs.get('a.x')?.audience).toBe(syncs.get('a.y')?.audience);
  });
});

describe('references', () => {
  it('take the variables of the target in use', async () => {
    const environment = { DATABASE_URL: 'postgres://localhost/shop' };
    const files = {
      ...SHOP,
      'segsync.yaml': PROJECT.replace('data/subscriptions.csv', 'shop.subscriptions'),
    };
    const directory = async (target?: string) =>
      (await load(files, environment, { target })).project.destinations.get('out')?.options.directory;
    expect(await directory()).toBe('out/eu');
    expect(await directory('prod')).toBe('out/us');
  });

  it('may be unset in a target that is not in use, and hide what is secret in one that is', async () => {
    const unset = (await load(SHOP)).project.targets.get('prod')?.options.url;
    expect(unset).toBeInstanceOf(Secret);
    expect(String(unset)).toBe('•••• (env DATABASE_URL)');
    const set = (await load(SHOP, { DATABASE_URL: 'postgres://u:hunter2@db/shop' })).project;
    const url = set.targets.get('prod')?.options.url as Secret;
    expect(url.reveal()).toBe('postgres://u:hunter2@db/shop');
    expect(JSON.stringify(set.targets.get('prod'))).not.toContain('hunter2');
  });

  it('may be unset in a destination that this target does not send to', async () => {
    const hook = `type: webhook\ntargets: [prod]\nurl: "\${env:HOOK}"\nsecret: "\${env:HOOK_SECRET}"\n`;
    const { project } = await load({ ...SHOP, 'destinations/hook.yaml': hook });
    const { options, targets } = project.destinations.get('hook')!;
    expect(targets).toEqual(['prod']);
    expect(options.url).toBe(`\${env:HOOK}`);
    expect(String(options.secret)).toBe('•••• (env HOOK_SECRET)');
  });

  it('come from .env, the real environment first, and not at all in CI', async () => {
    const files = {
      ...SHOP,
      '.env': '# shop\nexport A=one\nB="two # \\"2\\""\nC=\'three\' # 3\n',
      'destinations/out.yaml': `type: file\ndirectory: \${env:A:-x}/\${env:B:-x}/\${env:C:-x}\n`,
    };
    const directory = async (environment: Record<string, string>) =>
      (await load(files, environment)).project.destinations.get('out')?.options.directory;
    expect(await directory({})).toBe('one/two # "2"/three');
    expect(await directory({ A: 'real' })).toBe('real/two # "2"/three');
    expect(await directory({ CI: 'true' })).toBe('x/x/x');
  });
});

describe('warnings', () => {
  it('name secrets that stand in a file and shell-style references, without showing a value', async () => {
    const secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
    const hook = `type: webhook\nurl: https://example.com/\${HOOK}\nsecret: ${secret}\n`;
    const { warnings } = await load({ ...SHOP, 'destinations/hook.yaml': hook });
    expect(warnings.map(({ code, place }) => [code, place?.line])).toEqual([
      ['W101', 2],
      ['W102', 3],
    ]);
    expect(JSON.stringify(warnings)).not.toContain(secret);
  });
});

describe('finding the project', () => {
  it('walks up from the working folder, and looks nowhere else when told where', async () => {
    const root = makeFolder(SHOP);
    const below = worldIn(join(root, 'segments/lifecycle'));
    expect((await loadProject(below)).project.root).toBe(root);
    await expect(loadProject(below, { projectDir: '.' })).rejects.toMatchObject({ exit: 78 });
    expect((await loadProject(below, { projectDir: '../..' })).project.root).toBe(root);
  });

  it('does not mind a byte order mark and Windows line ends', async () => {
    const text = `\uFEFF${PROJECT}`.replaceAll('\n', '\r\n');
    const { project } = await load({ ...SHOP, 'segsync.yaml': text });
    expect(project.entities.get('customer')?.place).toMatchObject({ line: 11, column: 12 });
    expect(project.entities.get('account')?.relation).toMatchObject({ sql: 'SELECT * FROM crm.accounts\n' });
  });

  it('reads .yml too and leaves hidden files alone', async () => {
    const files = {
      ...SHOP,
      'segments/b.yml': SEGMENT.slice(0, SEGMENT.indexOf('sync:')),
      'segments/.draft.yaml': '{',
    };
    expect([...(await load(files)).project.segments.keys()]).toEqual(['b', 'cart_abandoners']);
  });

  it('follows aliases and merges', async () => {
    const files = {
      ...SHOP,
      'segments/b.yaml':
        'entity: customer\nwhere:\n  any:\n    - &base {did: x, within: 1d}\n    - {<<: *base, did: y}\n    - not: *base\n',
    };
    const where = (await load(files)).project.segments.get('b')?.where;
    const day = { kind: 'within', duration: DAY };
    expect(where).toMatchObject({
      of: [
        { source: 'x', window: day },
        { source: 'y', window: day },
        { kind: 'not', of: { source: 'x', window: day } },
      ],
    });
  });
});
