/**
 * One story for every vendor whose API is simulated, told by the whole program over one project: whatever the other
 * side does, in the end its audience is the segment, and nobody else's members are touched.
 */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openRig, type Rig } from '../chaos/rig.ts';
import { build } from '../cli/segsync.ts';
import { engines } from '../engines.ts';
import type { Person, Vendor } from './vendor.ts';

const PEOPLE: readonly Person[] = [
  { key: '1', email: ' Ada@Example.com', phone: '+49 151 12345678' },
  { key: '2', email: 'grace.hopper+ads@example.com' },
  { key: '3', email: 'zoë@example.com', phone: '+33 6 12 34 56 78' },
  { key: "o'4", email: 'twin@example.com' },
  { key: '5', email: 'twin@example.com' },
  { key: '6', email: 'last@example.com', phone: '+1 (650) 253-0000' },
  { key: '7' },
  { key: '8', email: 'eve@example.com', phone: '+44 20 7946 0018' },
];

/** Tells it of the vendor that `open` starts. Each vendor has a test file of its own, so that they are told side by side. */
export function tellStory(name: string, open: () => Promise<Vendor>): void {
  describe(name, () => {
    let story: Story | undefined;
    beforeAll(build);
    afterEach(async () => {
      await story?.end();
      story = undefined;
    });

    it('has the segment as its audience, whatever happens', { timeout: 180_000 }, async () => {
      story = await Story.begin(await open());
      for (const [title, tell] of CHAPTERS) {
        await tell(story).catch((error: Error) => {
          error.message = `${title}: ${error.message}`;
          throw error;
        });
      }
    });
  });
}

type Chapter = readonly [title: string, tell: (story: Story) => Promise<void>];

const CHAPTERS: readonly Chapter[] = [
  [
    'a plan only reads',
    async ({ rig, vendor }) => {
      const planned = await rig.call(['plan', '--verbose'], vendor.environment);
      expect(planned.exit, planned.stderr).toBe(0);
      expect(planned.stdout).toMatch(/one request of active\.ads\n {2}[A-Z]+ /);
      expect(planned.stdout).not.toMatch(/example\.com|151 ?1234/i);
      for (const secret of Object.values(vendor.environment)) expect(planned.stdout).not.toContain(secret);
      expect(vendor.simulator.calls.filter(vendor.simulator.isChange)).toEqual([]);
    },
  ],
  [
    'a first load makes the audience and fills it, but for who is refused by name',
    async (story) => {
      const { refused } = story.vendor;
      if (refused) await story.insert(refused);
      const sync = await story.settle();
      story.expectAudience();
      const delivered = { add: story.expected().length, remove: 0, update: 0 };
      expect(sync).toMatchObject({ delivered, unmatchable: story.unmatchable() });
      expect(sync.rejected).toBe(refused ? 1 : 0);
    },
  ],
  [
    'the same again asks for nothing',
    async (story) => {
      expect(await story.changesOf(() => story.run())).toBe(0);
    },
  ],
  [
    'who leaves is taken out, an address that changes is another one, others’ members stay',
    async (story) => {
      story.foreign.add(story.vendor.addForeign('active'));
      await story.leave('1');
      await story.move('2', 'grace@example.com');
      await story.settle();
      story.expectAudience();
    },
  ],
  [
    'a field that changes is sent again, to nobody else',
    async (story) => {
      const { field } = story.vendor;
      if (!field) return;
      const of = () => String(field.of(story.person('8')));
      expect(of()).toBe('silver');
      await story.promote('8', 'gold');
      const sync = await story.settle();
      expect(sync.delivered.add + sync.delivered.update).toBe(1);
      expect(of()).toBe('gold');
      story.expectAudience();
    },
  ],
  [
    'of two with one address the other still has it',
    async (story) => {
      await story.leave('5');
      await story.settle();
      story.expectAudience();
      await story.leave("o'4");
      await story.settle();
      story.expectAudience();
    },
  ],
  [
    'busy, busy for a second, down: asked again',
    async (story) => {
      const { faults } = story.vendor.simulator;
      const { busy, busyFor1s, down } = story.vendor.faults;
      faults.push(busy);
      await story.enter('1');
      await story.settle();
      faults.push(busyFor1s);
      await story.leave('1');
      await story.settle();
      faults.push(down);
      await story.enter('1');
      await story.settle();
      expect(faults).toEqual([]);
      story.expectAudience();
    },
  ],
  [
    'no answer, before and after it was applied',
    async (story) => {
      const { faults } = story.vendor.simulator;
      faults.push({ drop: true });
      await story.leave('3');
      await story.settle();
      story.expectAudience();
      faults.push({ drop: true, applied: true });
      await story.enter('3');
      await story.settle();
      faults.push({ drop: true, applied: true });
      await story.leave('3');
      await story.settle();
      expect(faults).toEqual([]);
      story.expectAudience();
    },
  ],
  [
    'credentials refused: exit 77, and once they are right nothing is missing',
    async (story) => {
      const refusal = story.vendor.refuseCredentials?.();
      if (!refusal) return;
      await story.enter('3');
      expect(await story.run(77)).toMatchObject({ error: { code: 'E406' } });
      refusal.back();
      await story.settle();
      story.expectAudience();
    },
  ],
  [
    'an expired token is got anew',
    async (story) => {
      if (!story.vendor.expireToken) return;
      story.vendor.expireToken();
      await story.leave('3');
      await story.settle();
      story.expectAudience();
    },
  ],
  [
    'a batch refused as a whole for one person: the others are there',
    async (story) => {
      const { refusesWhole } = story.vendor;
      if (!refusesWhole) return;
      await story.insert(refusesWhole);
      await story.enter('1', '5', "o'4");
      expect(await story.settle()).toMatchObject({ rejected: 1 });
      story.expectAudience();
    },
  ],
  [
    'who was refused is not asked for again',
    async (story) => {
      expect(await story.changesOf(() => story.run())).toBe(0);
    },
  ],
  [
    'a removal waits for the job that still adds',
    async (story) => {
      const { jobs, simulator } = story.vendor;
      if (!jobs) return;
      await story.leave('6');
      await story.settle();
      jobs.hold();
      await story.enter('6');
      expect(await story.run()).toMatchObject({ waiting: 1 });
      expect(await story.status()).toMatchObject({ jobs: 1, waiting: 1 });
      await story.leave('6');
      const calls = simulator.calls.length;
      expect(await story.run()).toMatchObject({ waiting: 1 });
      expect(simulator.calls.slice(calls).filter(simulator.isChange)).toEqual([]);
      jobs.finish();
      await story.settle();
      expect(await story.status()).not.toHaveProperty('jobs');
      story.expectAudience();
      await story.enter('6');
      await story.settle();
      story.expectAudience();
    },
  ],
  [
    'a removal that comes before the look-up knows the member is made again',
    async (story) => {
      const { lag } = story.vendor;
      if (!lag) return;
      await story.leave('8');
      await story.age();
      await story.settle();
      lag.begin();
      await story.enter('8');
      await story.run();
      await story.leave('8');
      expect(await story.run()).toMatchObject({ waiting: 1, rejected: 0 });
      lag.end();
      await story.age();
      await story.settle();
      story.expectAudience();
    },
  ],
  [
    'whom somebody else took out already',
    async (story) => {
      await story.enter('6');
      await story.settle();
      story.vendor.takeOut('active', story.person('6'));
      await story.leave('6');
      await story.age();
      expect(await story.settle()).toMatchObject({ rejected: 0 });
      story.expectAudience();
    },
  ],
  [
    'what a killed run sent was applied, and nobody remains who left meanwhile',
    async (story) => {
      const { rig, vendor } = story;
      await story.leave('8');
      await story.settle();
      vendor.simulator.faults.push({ applied: true, held: new Promise(() => {}) });
      await story.enter('8');
      const running = rig.start(['run', '--all'], { environment: vendor.environment });
      while (vendor.simulator.faults.length > 0 && !running.isOver())
        await new Promise((resolve) => setTimeout(resolve, 20));
      running.kill();
      expect((await running.ended).signal).toBe('SIGKILL');
      await story.leave('8');
      await story.settle();
      await story.age();
      await story.settle();
      story.expectAudience();
    },
  ],
  [
    'everybody deleted from the warehouse: held, then taken out, others’ members stay',
    async (story) => {
      await story.rig.change(['DELETE FROM shop.customers']);
      await story.age();
      await story.run(3, '--full');
      story.people.clear();
      await story.settle('--full', '--allow-removal', 'active.ads');
      story.expectAudience();
      expect(story.foreign.size).toBe(1);
    },
  ],
];

/** A project whose one sync fills the vendor's audience `active`, and who should be in it. */
class Story {
  readonly people = new Map<string, Person & { readonly active: boolean }>();
  /** Members of somebody else, as the vendor knows them. */
  readonly foreign = new Set<string>();

  private constructor(
    readonly rig: Rig,
    readonly vendor: Vendor,
  ) {}

  static async begin(vendor: Vendor): Promise<Story> {
    const { file, match, field } = vendor;
    const fields = field ? `, fields: {${field.name}: plan}` : '';
    const rig = await openRig(engines.find((each) => each.name === 'duckdb')!, ({ target }) => ({
      'segsync.yaml': projectText(target),
      'segments/active.yaml': `entity: customer\nwhere: {trait: active, eq: true}\nsync: [{to: ads, match: [${match}]${fields}}]\n`,
      'destinations/ads.yaml': file,
    }));
    await rig.change([
      'CREATE SCHEMA shop',
      'CREATE TABLE shop.customers (id TEXT, email TEXT, phone TEXT, plan TEXT, active BOOLEAN, updated_at TIMESTAMPTZ)',
    ]);
    const story = new Story(rig, vendor);
    await story.insert(...PEOPLE);
    return story;
  }

  async end(): Promise<void> {
    await this.rig.drop();
    await this.vendor.simulator.close();
  }

  /** One run; its result for the sync. */
  async run(exit = 0, ...args: string[]): Promise<SyncReport> {
    const { rig, vendor } = this;
    const ended = await rig.call(['run', '--all', '--json', ...args], vendor.environment);
    expect(ended.exit, ended.stdout + ended.stderr).toBe(exit);
    for (const secret of Object.values(vendor.environment))
      expect(ended.stdout + ended.stderr).not.toContain(secret);
    return JSON.parse(ended.stdout).syncs[0];
  }

  /** What `segsync status` says of the sync. */
  async status(): Promise<Record<string, unknown>> {
    const ended = await this.rig.call(['status', '--json'], this.vendor.environment);
    return JSON.parse(ended.stdout).syncs[0];
  }

  /** Runs until nothing waits; what they did together. */
  async settle(...args: string[]): Promise<SyncReport> {
    let sum = await this.run(0, ...args);
    for (let runs = 1; sum.waiting > 0 && runs < 5; runs++) {
      const next = await this.run();
      const { add, remove, update } = next.delivered;
      sum = {
        ...next,
        unmatchable: Math.max(sum.unmatchable, next.unmatchable),
        rejected: sum.rejected + next.rejected,
        delivered: {
          add: sum.delivered.add + add,
          remove: sum.delivered.remove + remove,
          update: sum.delivered.update + update,
        },
      };
    }
    return sum;
  }

  /** How many requests that change members came meanwhile. */
  async changesOf(work: () => Promise<unknown>): Promise<number> {
    const { simulator } = this.vendor;
    const before = simulator.calls.length;
    await work();
    return simulator.calls.slice(before).filter(simulator.isChange).length;
  }

  person(key: string): Person {
    return this.people.get(key)!;
  }

  async insert(...people: readonly Person[]): Promise<void> {
    for (const person of people) this.people.set(person.key, { ...person, active: true });
    await this.rig.change([`INSERT INTO shop.customers VALUES ${people.map(rowOf).join(', ')}`]);
  }

  enter(...keys: string[]): Promise<void> {
    return this.set(keys, { active: true }, 'active = TRUE');
  }

  leave(...keys: string[]): Promise<void> {
    return this.set(keys, { active: false }, 'active = FALSE');
  }

  move(key: string, email: string): Promise<void> {
    return this.set([key], { email }, `email = ${text(email)}`);
  }

  promote(key: string, plan: string): Promise<void> {
    return this.set([key], {}, `plan = ${text(plan)}`);
  }

  private async set(keys: string[], change: Partial<Person & { active: boolean }>, sql: string) {
    for (const key of keys) this.people.set(key, { ...this.people.get(key)!, ...change });
    const list = keys.map(text).join(', ');
    await this.rig.change([`UPDATE shop.customers SET ${sql}, updated_at = now() WHERE id IN (${list})`]);
  }

  /** An hour goes by for what the state remembers. */
  age(): Promise<void> {
    const earlier = (column: string): string => `${column} = ${column} - INTERVAL '1 hour'`;
    return this.rig.change([
      `UPDATE segsync.ledger SET ${earlier('delivered_at')}`,
      `UPDATE segsync.rejections SET ${earlier('first_at')}, ${earlier('next_at')}`,
    ]);
  }

  expected(): Person[] {
    const { refused, refusesWhole } = this.vendor;
    return [...this.people.values()].filter(
      (person) =>
        person.active &&
        this.isMatchable(person) &&
        person.key !== refused?.key &&
        person.key !== refusesWhole?.key,
    );
  }

  unmatchable(): number {
    return [...this.people.values()].filter((person) => person.active && !this.isMatchable(person)).length;
  }

  expectAudience(): void {
    const { vendor } = this;
    const wanted = new Set([...this.expected().map((person) => vendor.known(person)), ...this.foreign]);
    expect([...vendor.members('active')].sort()).toEqual([...wanted].sort());
  }

  private isMatchable({ key, email, phone }: Person): boolean {
    const has = { external_id: key, email, phone };
    return this.vendor.match.some((name) => has[name as keyof typeof has] !== undefined);
  }
}

interface SyncReport {
  readonly delivered: { readonly add: number; readonly remove: number; readonly update: number };
  readonly rejected: number;
  readonly waiting: number;
  readonly unmatchable: number;
}

const text = (value: string | undefined): string =>
  value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`;

const rowOf = ({ key, email, phone }: Person): string =>
  `(${text(key)}, ${text(email)}, ${text(phone)}, 'silver', TRUE, now())`;

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
`;
