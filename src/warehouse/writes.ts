/** Several small writes, in order: in one message where the warehouse takes that, which is what a few rows cost most. */
import type { Statements, Write } from './warehouse.ts';

/** Resolves to how many rows each changed. Inside a transaction: what fails leaves none of them. */
export async function writeInOrder(statements: Statements, writes: readonly Write[]): Promise<number[]> {
  if (writes.length === 0) return [];
  if (statements.writeTogether) return statements.writeTogether(writes);
  const counts: number[] = [];
  for (const write of writes) counts.push(await writeOne(statements, write));
  return counts;
}

async function writeOne(statements: Statements, write: Write): Promise<number> {
  if (typeof write === 'string') return statements.execute(write);
  await statements.writeRows(write.table, write.columns, write.rows);
  return write.rows.length;
}

interface Message {
  readonly writes: Write[];
  readonly labels: string[];
  /** How many wait for it. */
  waiting: number;
  readonly send: () => void;
  readonly counts: Promise<number[]>;
}

/**
 * Statements for several that work side by side and have nothing to do with each other: what they write is one message,
 * which goes out when each of them has something to write or has left. Only where the warehouse takes several writes in one.
 */
export class Gathering {
  readonly statements: Statements;
  readonly #send: (message: Message) => Promise<number[]>;
  /** Those who go on without waiting for a message. */
  #busy: number;
  #open: Message | undefined;

  constructor(statements: Statements, size: number) {
    this.#busy = size;
    this.#send = ({ writes, labels }) => statements.writeTogether!(writes, labels);
    const own = (inner: Statements, label: string): Statements => ({
      ...inner,
      writeTogether: (writes, labels = writes.map(() => label)) => this.#add(writes, labels),
      labelled: (text) => own(inner.labelled(text), text),
    });
    this.statements = own(statements, '');
  }

  /** One of them writes no more. */
  leave(): void {
    this.#busy--;
    if (this.#busy === 0) this.#open?.send();
  }

  async #add(writes: readonly Write[], labels: readonly string[]): Promise<number[]> {
    this.#open ??= this.#message();
    const message = this.#open;
    const from = message.writes.length;
    message.writes.push(...writes);
    message.labels.push(...labels);
    message.waiting++;
    this.leave();
    return (await message.counts).slice(from, from + writes.length);
  }

  #message(): Message {
    let send = (): void => {};
    const sent = new Promise<void>((resolve) => {
      send = resolve;
    });
    const counts = sent.then(() => this.#sendOpen());
    return { writes: [], labels: [], waiting: 0, send, counts };
  }

  async #sendOpen(): Promise<number[]> {
    const message = this.#open!;
    this.#open = undefined;
    try {
      return await this.#send(message);
    } finally {
      // All of them at once: the first to go on must not be taken for the only one.
      this.#busy += message.waiting;
    }
  }
}
