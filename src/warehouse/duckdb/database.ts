/** The open database file of a process, its connections, and what runs on them. */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { WarehouseError } from '../warehouse.ts';

/**
 * Databases that this process has open, by path. DuckDB's lock keeps out other processes only: a second instance on
 * one file in one process would be let in and would destroy it.
 */
const shared = new Map<string, { readonly instance: Promise<DuckDBInstance>; users: number }>();

/** Joins the instance that this process has open on `path`, or opens it. Call `release` once when done. */
export async function openShared(
  path: string,
  open: () => Promise<DuckDBInstance>,
): Promise<{ instance: DuckDBInstance; release: () => void }> {
  const entry = shared.get(path) ?? { instance: open(), users: 0 };
  shared.set(path, entry);
  entry.users += 1;
  const leave = (): boolean => {
    entry.users -= 1;
    if (entry.users === 0) shared.delete(path);
    return entry.users === 0;
  };
  try {
    const instance = await entry.instance;
    return { instance, release: () => void (leave() && instance.closeSync()) };
  } catch (error) {
    leave();
    throw error;
  }
}

/** Connections of one session. A connection runs one statement at a time; idle ones are used again. */
export class Connections {
  readonly #instance: DuckDBInstance;
  readonly #idle: DuckDBConnection[] = [];
  readonly #open = new Set<DuckDBConnection>();
  readonly #cancelled = new WeakSet<DuckDBConnection>();
  #closed = false;

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  /** Lends a connection. One that is `used` up is closed afterwards: what it made for itself (temporary tables) goes with it. */
  async lend<T>(
    work: (connection: DuckDBConnection) => Promise<T>,
    fate: 'reused' | 'used' = 'reused',
  ): Promise<T> {
    const connection = await this.borrow();
    try {
      return await work(connection);
    } finally {
      this.giveBack(connection, fate);
    }
  }

  async borrow(): Promise<DuckDBConnection> {
    if (this.#closed) throw new WarehouseError('transient', 'the connection is closed');
    const connection = this.#idle.pop() ?? (await this.#instance.connect());
    this.#open.add(connection);
    return connection;
  }

  giveBack(connection: DuckDBConnection, fate: 'reused' | 'used'): void {
    this.#open.delete(connection);
    if (fate === 'reused' && !this.#closed && !this.#cancelled.has(connection)) this.#idle.push(connection);
    else connection.closeSync();
  }

  /** True when `cancel` was called while this connection was lent. */
  isCancelled(connection: DuckDBConnection): boolean {
    return this.#cancelled.has(connection);
  }

  /** Interrupts every statement that runs, and marks its connection. */
  cancel(): void {
    for (const connection of this.#open) {
      this.#cancelled.add(connection);
      connection.interrupt();
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.closeSync();
  }
}
