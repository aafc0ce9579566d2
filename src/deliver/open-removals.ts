/**
 * Identifiers that are being removed at the moment. Where people are matched by identifiers, an add of one of them
 * waits for its receipt: two accounts may share an address, and a removal tried again late, or a job that is worked off
 * late, would undo the add.
 */
import type { Identifiers } from './payload.ts';

interface About {
  readonly key: string;
  readonly step: { readonly identifiers: Identifiers };
}

export class OpenRemovals {
  readonly #tells: (name: string) => boolean;
  /** By the key whose removal is open. */
  readonly #open = new Map<string, readonly string[]>();
  readonly #counts = new Map<string, number>();

  /** `tells`: an identifier's name -> whether it tells who is meant; what many have in common holds nobody up. */
  constructor(tells: (name: string) => boolean) {
    this.#tells = tells;
  }

  begin({ key, step }: About): void {
    // Asked for twice, it is open once.
    this.end({ key });
    const values = this.#valuesOf(step.identifiers);
    this.#open.set(key, values);
    for (const value of values) this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  end({ key }: Pick<About, 'key'>): void {
    for (const value of this.#open.get(key) ?? []) {
      const left = this.#counts.get(value)! - 1;
      if (left > 0) this.#counts.set(value, left);
      else this.#counts.delete(value);
    }
    this.#open.delete(key);
  }

  /** True when a removal of one of the errand's identifiers is open. */
  holdUp({ step }: Pick<About, 'step'>): boolean {
    return this.#valuesOf(step.identifiers).some((value) => this.#counts.has(value));
  }

  #valuesOf(identifiers: Identifiers): string[] {
    return Object.entries(identifiers).flatMap(([name, value]) => (this.#tells(name) ? [value] : []));
  }
}
