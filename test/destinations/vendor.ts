/** What a vendor whose API is simulated is to the shared story. */
import type { Fault, Simulator } from './simulator.ts';

export interface Person {
  readonly key: string;
  readonly email?: string;
  readonly phone?: string;
}

/** What a vendor is to any story. */
export interface Sided {
  readonly simulator: Simulator;
  /** The destination's file; secrets come from the environment. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly match: readonly string[];
  /** How the vendor knows a person. */
  known(person: Person): string;
  /** Scripted answers, as the vendor words them. */
  readonly faults: Readonly<Record<'busy' | 'busyFor1s' | 'down', Fault>>;
  /** A person whom the other side refuses by name, where it says whom. */
  readonly refused?: Person;
  /** A person for whom it refuses a whole batch. */
  readonly refusesWhole?: Person;
  /** Where fields are taken: one, called `name` there. */
  readonly field?: { readonly name: string };
  /** The access token that was used last is not let in any more; another can be got. */
  expireToken?(): void;
  /** From now on other credentials are asked for; `back` undoes it. Absent where the other side tells nobody. */
  refuseCredentials?(): { back(): void };
}

/** What a vendor with audiences is to the story. */
export interface Vendor extends Sided {
  members(audience: string): ReadonlySet<string>;
  /** Somebody else adds a member whom segsync knows nothing of. */
  addForeign(audience: string): string;
  /** Somebody else takes one of our members out. */
  takeOut(audience: string, person: Person): void;
  /** What the other side has of a person's field. */
  readonly field?: { readonly name: string; of(person: Person): unknown };
  /** Where changes are taken by asynchronous jobs: from now on none ends, until all do. */
  readonly jobs?: { hold(): void; finish(): void };
  /** Where look-ups may not know yet whom was added: from now on, until they do. */
  readonly lag?: { begin(): void; end(): void };
}

/** What a vendor that takes events is to the story of `mode: on_enter`. */
export interface EventVendor extends Sided {
  /** The name of the event. */
  readonly event: string;
  /** The events that had an effect, in the order they came. */
  told(): readonly Told[];
  /** It knows no event again: where an answer is lost, it is told twice. */
  readonly tellsTwice?: boolean;
}

export interface Told {
  readonly who: string;
  readonly name: string;
  /** The value of `field`. */
  readonly field?: unknown;
}
