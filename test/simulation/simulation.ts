/**
 * Time that passes only when something happens. Everything that reaches outside a simulated process is an event in one
 * queue; one event at a time happens, and all that follows from it inside the program is over before the next. So the
 * seed alone decides who is first, and two plays of one seed are the same to the last event.
 */
import { Dice } from '../brute-force/dice.ts';

/** A process that events belong to. */
export interface Life {
  readonly name: string;
  ended: boolean;
}

interface Event {
  at: number;
  readonly order: number;
  readonly life: Life | undefined;
  readonly isAway: boolean;
  readonly survives: boolean;
  readonly happen: () => void | Promise<void>;
}

export interface Options {
  readonly life?: Life;
  /** On the network already: it takes no longer when its process stands still. */
  readonly isAway?: boolean;
  /** It happens although its process has ended. */
  readonly survives?: boolean;
}

/** Longer than any run takes: something waits for what never comes. */
const LONGEST_MS = 4 * 3_600_000;

export class Simulation {
  readonly dice: Dice;
  readonly log: string[] = [];
  /** Events that have happened. */
  steps = 0;
  #now = 0;
  #order = 0;
  #events: Event[] = [];

  constructor(seed: number) {
    this.dice = new Dice(seed);
  }

  /** Milliseconds since the beginning. Only grows. */
  get now(): number {
    return this.#now;
  }

  note(life: Life | undefined, text: string): void {
    this.log.push(`${this.#now.toFixed(3).padStart(12)} ${life?.name ?? '-'} ${text}`);
  }

  /** Lets something happen `ms` from now; returns what calls it off. */
  after(
    ms: number,
    happen: () => void | Promise<void>,
    { life, isAway = false, survives = false }: Options = {},
  ): () => void {
    const event: Event = { at: this.#now + ms, order: this.#order++, life, isAway, survives, happen };
    let place = this.#events.length;
    while (place > 0 && this.#events[place - 1]!.at > event.at) place--;
    this.#events.splice(place, 0, event);
    return () => {
      const index = this.#events.indexOf(event);
      if (index >= 0) this.#events.splice(index, 1);
    };
  }

  /**
   * Nothing of a process happens any more, but for what is on its way already and arrives in spite of it: at once. A
   * request that is older than the next run's and arrives after it could not be told from a new one by anybody.
   */
  forget(life: Life): void {
    const now = this.#now;
    const arriving = this.#events.filter((event) => event.life === life && event.survives);
    const others = this.#events.filter((event) => event.life !== life);
    this.#events = [...arriving.map((event) => ({ ...event, at: now })), ...others];
  }

  /** A process that stands still for so long, as one whose machine is suspended. */
  freeze(life: Life, ms: number): void {
    for (const event of this.#events) if (event.life === life && !event.isAway) event.at += ms;
    this.#events.sort((a, b) => a.at - b.at || a.order - b.order);
  }

  /** Lets things happen until `isOver`. */
  async until(isOver: () => boolean, longestMs = LONGEST_MS): Promise<void> {
    const latest = this.#now + longestMs;
    await settled();
    while (!isOver()) {
      const event = this.#events.shift();
      if (!event) throw new Error('something waits, and nothing will ever happen');
      this.#now = event.at;
      if (this.#now > latest) throw new Error('a run does not end');
      this.steps += 1;
      await event.happen();
      await settled();
    }
  }

  /** Lets `ms` pass. */
  async pass(ms: number): Promise<void> {
    let over = false;
    this.after(ms, () => {
      over = true;
    });
    await this.until(() => over, ms);
  }
}

/** Resolves once everything that follows from what happened is over: promises are settled before the next turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
