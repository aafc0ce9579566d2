/** Fills requests: things of one group, up to so many rows and bytes. */
import type { Limits } from '../destination/destination.ts';

export class Packer<T> {
  readonly #limits: Pick<Limits, 'batchRows' | 'batchBytes'>;
  readonly #open = new Map<string, { items: T[]; bytes: number }>();

  constructor(limits: Pick<Limits, 'batchRows' | 'batchBytes'>) {
    this.#limits = limits;
  }

  /** Adds a thing to its group; returns the request that was full before it, if one was. */
  add(group: string, item: T, bytes: number): readonly T[] | undefined {
    const open = this.#open.get(group);
    if (open && open.items.length < this.#limits.batchRows && open.bytes + bytes <= this.#limits.batchBytes) {
      open.items.push(item);
      open.bytes += bytes;
      return undefined;
    }
    this.#open.set(group, { items: [item], bytes });
    return open?.items;
  }

  /** The requests that are not full, in the order their groups came. */
  rest(): (readonly T[])[] {
    const rest = [...this.#open.values()].map(({ items }) => items);
    this.#open.clear();
    return rest;
  }
}
