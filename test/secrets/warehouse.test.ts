/** Whatever the warehouse refuses, and whatever values it quotes when it does: none of them is told. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type ProjectFiles, type Rig } from '../chaos/rig.ts';
import { build } from '../cli/segsync.ts';
import { engines } from '../engines.ts';
import { ENVIRONMENT, leakyFiles, PEOPLE_SQL, tellAll } from './leaky.ts';
import { expectClean, PEOPLE, SECRETS } from './needles.ts';

beforeAll(build);

/** The project with another condition. */
const where =
  (condition: string): ProjectFiles =>
  (places) => {
    const files = leakyFiles(places);
    const segment = files['segments/members.yaml']!.replace(/where: .*/, `where: ${condition}`);
    return { ...files, 'segments/members.yaml': `allow_full: true\n${segment}` };
  };

const RUN = ['run', '--all'];

for (const engine of engines) {
  describe(engine.name, () => {
    let rig: Rig;
    beforeEach(async () => {
      rig = await openRig(engine, leakyFiles);
      await rig.change(PEOPLE_SQL);
    });
    afterEach(() => rig.drop());

    /** Every way to tell of it: a run, its document, a plan, and a check of the project. */
    async function expectToldBy(says: RegExp, exit: number): Promise<void> {
      for (const args of [RUN, [...RUN, '--json'], ['plan'], ['validate', '--connect']]) {
        const { ended, told } = await tellAll(rig, args);
        expectClean(told);
        if (args[0] === 'validate') continue;
        expect(ended.exit, `${args.join(' ')}: ${ended.stderr}`).toBe(exit);
        expect(ended.stdout + ended.stderr, args.join(' ')).toMatch(says);
      }
    }

    it.each([
      'CAST(entity.email AS INTEGER) = 1',
      'CAST(entity.email AS TIMESTAMPTZ) < :T',
      'CAST(entity.phone AS SMALLINT) > 1',
      'CAST(entity.name AS DATE) IS NULL',
    ])('a value cannot be cast: %s', async (sql) => {
      await rig.write(where(`{sql: ${JSON.stringify(sql)}}`));
      await expectToldBy(/E703/, 1);
    });

    it('a value is not unique where somebody says it must be', async () => {
      await tellAll(rig);
      await rig.change(['CREATE UNIQUE INDEX once ON segsync.changes (entity_key)']);
      await rig.change(['UPDATE shop.customers SET active = FALSE, updated_at = now()']);
      const { ended, told } = await tellAll(rig, RUN);
      expect(ended.exit, ended.stderr).toBe(75);
      expect(ended.stderr).toMatch(/E704/);
      expectClean(told);
    });

    it('a customer is there twice', async () => {
      await rig.change([
        `INSERT INTO shop.customers SELECT * FROM shop.customers WHERE id = '${PEOPLE[0]!.key}'`,
      ]);
      await expectToldBy(/E216/, 1);
    });

    it('the ledger holds something else than it should', async () => {
      await tellAll(rig);
      await rig.change([
        `UPDATE segsync.ledger SET identifiers = '"${PEOPLE[0]!.email}"', state = 'sending'`,
      ]);
      expectClean((await tellAll(rig)).told);
    });
  });
}

describe('PostgreSQL', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig(engines.find(({ name }) => name === 'postgres')!, leakyFiles);
    await rig.change(PEOPLE_SQL);
  });
  afterEach(() => rig.drop());

  it.each(['segsync.ledger', 'segsync.changes', 'segsync.rejections'])(
    'a trigger on %s says whom it is about',
    async (table) => {
      await tellAll(rig);
      const column = table === 'segsync.ledger' ? 'NEW.identifiers' : 'NEW.entity_key';
      await rig.change([
        `CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no % please', ${column}; END $$`,
        `CREATE TRIGGER tell BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION tell()`,
        `UPDATE shop.customers SET email = 'new.' || email, updated_at = now()`,
        `UPDATE shop.customers SET active = FALSE WHERE id = '${PEOPLE[0]!.key}'`,
      ]);
      rig.receiver.always(() => ({ status: 400 }));
      const { ended, told } = await tellAll(rig, ['run', '--all', '--allow-removal', 'members.hook']);
      expect(ended.exit, ended.stderr).toBe(1);
      expect(ended.stderr).toMatch(/raised an error \(P0001\)/);
      expectClean(told);
    },
  );

  it.each([
    ['a wrong password', (url: URL) => (url.password = SECRETS.password), 77, /E307/],
    [
      'a server that is not there',
      (url: URL) => ([url.port, url.password] = ['1', SECRETS.password]),
      75,
      /E308/,
    ],
    ['an address that is none', (url: URL) => (url.pathname = `/${'x'.repeat(70)}`), 77, /E307/],
  ] as const)('%s', async (_, spoil, exit, says) => {
    const url = new URL(String(rig.opened.target.url));
    spoil(url);
    await rig.write(leakyFiles, { type: 'postgres', url: `\${env:DATABASE_URL}` });
    const environment = { ...ENVIRONMENT, DATABASE_URL: url.toString() };
    for (const args of [RUN, [...RUN, '--json'], ['plan'], ['validate', '--connect']]) {
      const { ended, told } = await tellAll(rig, args, environment);
      expect(ended.exit, ended.stderr).toBe(exit);
      expect(ended.stdout + ended.stderr).toMatch(says);
      expectClean(told);
      expect(ended.stdout + ended.stderr).not.toContain(url.password || 'no password');
    }
  });

  it.each([
    `postgres://shop:${SECRETS.password}#1@127.0.0.1:1/shop`,
    `postgres://shop:${SECRETS.password}/1@127.0.0.1/shop`,
    SECRETS.password,
  ])('an address that cannot be read: %#', async (url) => {
    await rig.write(leakyFiles, { type: 'postgres', url: `\${env:DATABASE_URL}` });
    const { ended, told } = await tellAll(rig, RUN, { ...ENVIRONMENT, DATABASE_URL: url });
    expect([1, 75, 77, 78], ended.stderr).toContain(ended.exit);
    expectClean(told);
  });
});
