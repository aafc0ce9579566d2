/**
 * One story for every vendor whose API is simulated, told by the whole program over one project: whatever the other
 * side does, in the end its audience is the segment, and nobody else's members are touched.
 */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../cli/segsync.ts';
import { PEOPLE, Played } from './played.ts';
import type { Person, Vendor } from './vendor.ts';

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
class Story extends Played<Vendor> {
  /** Members of somebody else, as the vendor knows them. */
  readonly foreign = new Set<string>();

  static async begin(vendor: Vendor): Promise<Story> {
    const story = new Story(await Played.open(vendor), vendor);
    await story.insert(...PEOPLE);
    return story;
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
}
