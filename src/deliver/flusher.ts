/** Writes what a pump has to write, each flush in a transaction that commits only while the sync's lease is held. */
import { growSync } from '../state/sync-rows.ts';
import { type Statements, WarehouseError } from '../warehouse/warehouse.ts';
import { type Asked, askFor, looksAround } from './asking.ts';
import { type Delivery, leaseName } from './context.ts';
import type { Errand } from './errand.ts';
import { FEW_ROWS, type Flush, writeFlush } from './flush.ts';
import { type Late, noteLate } from './late.ts';
import type { Addressee } from './parcel.ts';
import { makeStage } from './stage.ts';

/** A warehouse may refuse a flush because of another writer: it is tried again. */
const ATTEMPTS = 4;

/** Written with the last receipts, by which the ledger grew so: a round of few changes is then two transactions. */
export type Ending = (transaction: Statements, grown: number) => Promise<void>;

type Taken = Pick<Flush, 'entries' | 'batches' | 'parts'>;

export class Flusher {
  readonly #delivery: Delivery;
  readonly #to: Addressee;

  constructor(delivery: Delivery, to: Addressee) {
    this.#delivery = delivery;
    this.#to = to;
  }

  /** Writes receipts, and errands as questions: once it resolves, these may be sent. */
  write(asked: readonly Errand[], taken: Taken, ending?: Ending): Promise<Asked> {
    const { leases, joint, sync, label } = this.#delivery;
    const lease = leaseName(sync.name);
    const isSmall = asked.length + taken.entries.length <= FEW_ROWS;
    const mayJoin = isSmall && !looksAround(this.#delivery, this.#to, asked);
    return this.#retrying((retried) => {
      const write = (transaction: Statements, again = false) =>
        this.#write(transaction, asked, taken, { again: again || retried, ending });
      // What failed together is tried alone.
      if (joint && mayJoin && !retried) return joint.run(lease, write, label);
      return leases.fenced([lease], (transaction) => write(transaction), { label, apart: this.#apart });
    });
  }

  /** A failure changes nothing about why the run ends; what was sent is then in doubt for nobody but the other side. */
  async noteLate(late: readonly Late[]): Promise<void> {
    if (late.length === 0) return;
    const { leases, label } = this.#delivery;
    const note = (transaction: Statements) =>
      noteLate(transaction, this.#delivery, this.#to.audience.ref, late);
    await this.#retrying(() => leases.afterwards(note, { label, apart: this.#apart })).catch(() => undefined);
  }

  async #write(
    transaction: Statements,
    errands: readonly Errand[],
    { entries, ...taken }: Taken,
    { again, ending }: { again: boolean; ending: Ending | undefined },
  ): Promise<Asked> {
    const { tables, sync } = this.#delivery;
    const asked = await askFor(transaction, this.#delivery, this.#to, errands);
    const of = { sync: sync.name, audienceRef: this.#to.audience.ref };
    const flush = { ...taken, entries: [...entries, ...asked.entries], again };
    const grown = await writeFlush(transaction, tables, of, flush);
    if (ending) await ending(transaction, grown);
    else await growSync(transaction, tables, { name: sync.name, by: grown });
    return asked;
  }

  readonly #apart = (statements: Statements): Promise<void> => makeStage(statements, this.#delivery.tables);

  async #retrying<T>(work: (again: boolean) => Promise<T>): Promise<T> {
    const { world } = this.#delivery;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(attempt > 1);
      } catch (error) {
        if (!mayPass(error) || attempt >= ATTEMPTS) throw error;
        await world.timers.sleep(world.random.fraction() * 100 * 2 ** attempt);
      }
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof WarehouseError && /^(conflict|locked|transient)$/.test(error.failure);
}
