/**
 * Small transactions that are ready at about the same time become one: of a round of few changes, the commits cost most.
 * Each is fenced by a lease of its own. When the joint one fails, each is done again alone, and fails alone. Its members do
 * not see what the others write, and make no temporary tables. Only where several writes are one message.
 */
import { Bell } from '../bell.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import { Gathering } from '../warehouse/writes.ts';
import type { Timers } from '../world.ts';
import type { Leases } from './leases.ts';

/** How long a transaction that is ready waits for others that may be about to be: less than one of its own takes. */
const LINGER_MS = 10;

/** `again`: an attempt before this one may have been committed after all. */
export type JointWork<T> = (transaction: Statements, again: boolean) => Promise<T>;

interface Member {
  readonly lease: string;
  readonly label: string;
  readonly work: JointWork<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class JointCommits {
  readonly #leases: Leases;
  readonly #gathered: Bell;
  /** Those of whom transactions may come. */
  #present = 0;
  #waiting: Member[] = [];
  #isBusy = false;

  constructor(leases: Leases, timers: Timers) {
    this.#leases = leases;
    this.#gathered = new Bell(timers);
  }

  /** Runs what may have transactions to join, so that they are waited for: for a moment. */
  async among<T>(work: () => Promise<T>): Promise<T> {
    this.#present++;
    try {
      return await work();
    } finally {
      this.#present--;
      this.#ringIfGathered();
    }
  }

  /** Throws what `Leases.fenced` throws. Whoever comes while a transaction is under way goes with the next one. */
  run<T>(lease: string, work: JointWork<T>, label: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ lease, label, work, resolve: resolve as Member['resolve'], reject });
      this.#ringIfGathered();
      void this.#commitAll();
    });
  }

  async #commitAll(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      await this.#gather();
      await this.#commit(this.#take());
    }
    this.#isBusy = false;
  }

  /** All who may come are there, or it would keep those who are. */
  async #gather(): Promise<void> {
    if (this.#waiting.length < this.#present) await this.#gathered.wait(LINGER_MS);
  }

  #ringIfGathered(): void {
    if (this.#waiting.length >= this.#present) this.#gathered.ring();
  }

  #take(): Member[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  async #commit(members: readonly Member[]): Promise<void> {
    try {
      const results = await this.#together(members, false);
      for (const [index, { resolve }] of members.entries()) resolve(results[index]);
    } catch (error) {
      if (members.length === 1) members[0]!.reject(error);
      else for (const member of members) await this.#alone(member);
    }
  }

  async #alone(member: Member): Promise<void> {
    try {
      const [result] = await this.#together([member], true);
      member.resolve(result);
    } catch (error) {
      member.reject(error);
    }
  }

  #together(members: readonly Member[], again: boolean): Promise<unknown[]> {
    const leases = members.map(({ lease }) => lease);
    const all = (transaction: Statements): Promise<unknown[]> => sideBySide(transaction, members, again);
    return this.#leases.fenced(leases, all, { label: members[0]!.label });
  }
}

async function sideBySide(
  transaction: Statements,
  members: readonly Member[],
  again: boolean,
): Promise<unknown[]> {
  const gathering = new Gathering(transaction, members.length);
  const all = members.map(({ work, label }) =>
    work(gathering.statements.labelled(label), again).finally(() => gathering.leave()),
  );
  // Nothing may still be under way when the transaction ends.
  await Promise.allSettled(all);
  return Promise.all(all);
}
