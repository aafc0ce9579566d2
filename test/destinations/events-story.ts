/**
 * One story for every vendor whose API is simulated and that takes events, told by the whole program: whoever enters is
 * told of once an entry, whatever the other side does, and nobody else is.
 */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../cli/segsync.ts';
import { PEOPLE, Played } from './played.ts';
import type { EventVendor, Person } from './vendor.ts';

/** Tells it of the vendor that `open` starts. */
export function tellOfEvents(name: string, open: () => Promise<EventVendor>): void {
  describe(`events of ${name}`, () => {
    let story: Entries | undefined;
    beforeAll(build);
    afterEach(async () => {
      await story?.end();
      story = undefined;
    });

    it('are one an entry, whatever happens', { timeout: 180_000 }, async () => {
      story = await Entries.begin(await open());
      for (const [title, tell] of CHAPTERS) {
        await tell(story).catch((error: Error) => {
          error.message = `${title}: ${error.message}`;
          throw error;
        });
      }
    });
  });
}

type Chapter = readonly [title: string, tell: (story: Entries) => Promise<void>];

const CHAPTERS: readonly Chapter[] = [
  [
    'nobody is told of who is there at the first load',
    async (story) => {
      expect(await story.changesOf(() => story.run())).toBe(0);
      story.expectTold();
    },
  ],
  [
    'a plan only reads',
    async (story) => {
      const { rig, vendor } = story;
      await story.come('1', '3', '7');
      const planned = await rig.call(['plan', '--verbose'], vendor.environment);
      expect(planned.exit, planned.stderr).toBe(0);
      expect(planned.stdout).toMatch(/one request of active\.ads\n {2}[A-Z]+ /);
      expect(planned.stdout).toContain(vendor.event);
      expect(planned.stdout).not.toMatch(/example\.com|151 ?1234/i);
      for (const secret of Object.values(vendor.environment)) expect(planned.stdout).not.toContain(secret);
      expect(vendor.simulator.calls.filter(vendor.simulator.isChange)).toEqual([]);
    },
  ],
  [
    'who enters is told of, with their field; the same again asks for nothing',
    async (story) => {
      const { field } = story.vendor;
      expect((await story.settle()).delivered).toMatchObject({ remove: 0, update: 0 });
      story.expectTold();
      if (field) expect(new Set(story.vendor.told().map((each) => each.field))).toEqual(new Set(['silver']));
      expect(await story.changesOf(() => story.run())).toBe(0);
    },
  ],
  [
    'who leaves is not told of; who comes back is, once more',
    async (story) => {
      await story.leave('1');
      expect(await story.changesOf(() => story.run())).toBe(0);
      await story.come('1');
      await story.settle();
      story.expectTold();
    },
  ],
  [
    'a field that changes is no entry',
    async (story) => {
      await story.promote('1', 'gold');
      expect(await story.changesOf(() => story.run())).toBe(0);
    },
  ],
  [
    'busy, busy for a second, down: asked again',
    async (story) => {
      const { faults } = story.vendor.simulator;
      const { busy, busyFor1s, down } = story.vendor.faults;
      for (const fault of [busy, busyFor1s, down]) {
        faults.push(fault);
        await story.leave('1');
        await story.run();
        await story.come('1');
        await story.settle();
      }
      expect(faults).toEqual([]);
      story.expectTold();
    },
  ],
  [
    'no answer, before and after it was applied',
    async (story) => {
      const { faults } = story.vendor.simulator;
      for (const applied of [false, true]) {
        await story.leave('3');
        await story.run();
        faults.push({ drop: true, applied });
        await story.come('3');
        if (applied) story.lose('3');
        await story.settle();
      }
      expect(faults).toEqual([]);
      story.expectTold();
    },
  ],
  [
    'credentials refused: exit 77, and once they are right nobody is missing',
    async (story) => {
      const refusal = story.vendor.refuseCredentials?.();
      if (!refusal) return;
      await story.come('6');
      expect(await story.run(77)).toMatchObject({ error: { code: 'E406' } });
      refusal.back();
      await story.settle();
      story.expectTold();
    },
  ],
  [
    'an expired token is got anew',
    async (story) => {
      if (!story.vendor.expireToken) return;
      story.vendor.expireToken();
      await story.leave('3');
      await story.run();
      await story.come('3');
      await story.settle();
      story.expectTold();
    },
  ],
  [
    'who is refused, by name or with the whole batch, is rejected; the others are told of, and nobody is asked for again',
    async (story) => {
      const { refused, refusesWhole } = story.vendor;
      const none = [refused, refusesWhole].filter((person) => person !== undefined);
      if (none.length === 0) return;
      await story.leave('1', '3');
      await story.run();
      await story.insert(...none);
      await story.come('1', '3');
      expect(await story.settle()).toMatchObject({ rejected: none.length });
      story.expectTold();
      expect(await story.changesOf(() => story.run())).toBe(0);
    },
  ],
  [
    'what a killed run sent was applied: the next one tells of it again, under the same key',
    async (story) => {
      const { rig, vendor } = story;
      await story.leave('3');
      await story.run();
      vendor.simulator.faults.push({ applied: true, held: new Promise(() => {}) });
      await story.come('3');
      const running = rig.start(['run', '--all'], { environment: vendor.environment });
      while (vendor.simulator.faults.length > 0 && !running.isOver())
        await new Promise((resolve) => setTimeout(resolve, 20));
      running.kill();
      expect((await running.ended).signal).toBe('SIGKILL');
      story.lose('3');
      // Somebody else enters meanwhile: the batch is another one.
      await story.come('2');
      await story.settle();
      story.expectTold();
    },
  ],
];

/** A project whose one sync tells of who enters `active`, and who should have been told of. */
class Entries extends Played<EventVendor> {
  /** Whom the other side should have heard of, once an entry. */
  readonly #expected: string[] = [];

  /** One is there from the beginning, the others are not. */
  static async begin(vendor: EventVendor): Promise<Entries> {
    const sync = `, mode: on_enter, audience: ${vendor.event}`;
    const story = new Entries(await Played.open(vendor, sync), vendor);
    await story.insert(...PEOPLE);
    await story.leave(...PEOPLE.map(({ key }) => key).filter((key) => key !== '8'));
    return story;
  }

  /** People enter: those who can be matched have to be told of. */
  async come(...keys: string[]): Promise<void> {
    await this.enter(...keys);
    this.#expected.push(...keys.flatMap((key) => this.#nameOf(this.person(key))));
  }

  /** An answer about somebody was lost after it was applied. */
  lose(key: string): void {
    if (this.vendor.tellsTwice) this.#expected.push(...this.#nameOf(this.person(key)));
  }

  expectTold(): void {
    const told = this.vendor.told();
    expect(told.map(({ who }) => who).sort()).toEqual([...this.#expected].sort());
    for (const { name } of told) expect(name).toBe(this.vendor.event);
  }

  #nameOf(person: Person): string[] {
    return this.isMatchable(person) ? [this.vendor.known(person)] : [];
  }
}
