/** Fills requests: things of one group, up to so many rows and bytes. */
import type { Limits } from '../destination/destination.ts';

export class Packer<T> {
  readonly #rows: number;
  readonly #bytes: number;
  readonly #open = new Map<string, { items: T[]; bytes: number }>();

  constructor(limits: Pick<Limits, 'batchRows' | 'batchBytes' | 'eventRows'>, events: boolean) {
    this.#rows = (events ? limits.eventRows : undefined) ?? limits.batchRows;
    this.#bytes = limits.batchBytes;
  }

  /** Adds a thing to its group; returns the request that was full before it, if one was. */
  add(group: string, item: T, bytes: number): readonly T[] | undefined {
    const open = this.#open.get(group);
    if (open && open.items.length < this.#rows && open.bytes + bytes <= this.#bytes) {
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
