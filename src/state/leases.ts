/**
 * One writer at a time for each name. A lease lasts 30 s by the warehouse's clock and is renewed every 10; its token
 * grows with every holder and is checked, with the row locked, at the beginning of every transaction that commits.
 */
import { fail } from '../diagnostics/diagnostic.ts';
import { type Instant, ofMilliseconds, SECOND } from '../instant.ts';
import { type Session, type Statements, WarehouseError } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import {
  extendLeases,
  freeLeases,
  insertLeases,
  LEASE_LENGTH,
  type LeaseRow,
  readLeases,
  readOwners,
  takeLeases,
  takeTurn,
} from './lease-sql.ts';
import { isDead, newOwner, processOf } from './owner.ts';
import type { StateTables } from './sql.ts';

const LEASE_MS = Number(LEASE_LENGTH / 1000n);
const RENEW_MS = 10_000;
const POLL_MS = 500;
const SOON_MS = 50;
/** Two processes that take leases at once may fail one another's statement. */
const ATTEMPTS = 6;

export interface LeaseOptions {
  readonly session: Session;
  readonly tables: StateTables;
  readonly world: World;
  /** Only one process can have the warehouse open: every other holder is gone. */
  readonly singleProcess: boolean;
  /** Temporary tables have to be made before a transaction begins: making one inside would commit it. */
  readonly tablesFirst?: boolean;
  /** The warehouse lets two processes insert one lease's row at once. */
  readonly repeatsKeys?: boolean;
}

export interface FenceOptions {
  readonly isolation?: 'snapshot';
  readonly label?: string;
  /**
   * Makes the temporary tables that `work` reads, where they have to be there before a transaction begins; not called
   * elsewhere. The leases are held and renewed meanwhile, but only the transaction's own check proves that they were:
   * it comes after this, and is part of the same transaction as what `work` writes.
   */
  readonly apart?: (statements: Statements) => Promise<void>;
  /** Done before the transaction begins, and before `apart`, on the same connection. */
  readonly first?: ((statements: Statements) => Promise<void>) | undefined;
}

export interface Acquired {
  readonly held: ReadonlySet<string>;
  /** What another process holds, and who that is (`host:pid:uuid`). */
  readonly lost: readonly { readonly name: string; readonly owner: string }[];
}

interface Holding {
  readonly token: bigint;
  /** On the monotonic clock, counted from before the statement was sent: never later than the warehouse's. */
  deadline: number;
  /** Transactions that have its row locked; a renewal would wait for them, or fail them. */
  pins: number;
}

export class Leases {
  readonly #options: LeaseOptions;
  readonly #owner: string;
  readonly #held = new Map<string, Holding>();
  #stopTimer: (() => void) | undefined;
  #renewal: Promise<void> = Promise.resolve();
  #clock: { readonly asked: number; readonly apart: Instant; readonly now: Instant } | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#owner = newOwner(options.world);
  }

  /** Takes all of `names` that are free, by one statement; asks again for the rest until `waitMs` are over. */
  async acquire(
    names: readonly string[],
    options: { waitMs: number; signal?: AbortSignal },
  ): Promise<Acquired> {
    const { timers, clock, random } = this.#options.world;
    const until = clock.monotonic() + options.waitMs;
    for (;;) {
      const others = await this.#takeRetrying(names.filter((name) => !this.#held.has(name)));
      const lost = others.flatMap(({ name, owner }) => (owner === null ? [] : [{ name, owner }]));
      const left = until - clock.monotonic();
      if (lost.length < others.length && !options.signal?.aborted) {
        // Given back between the looking and the taking: it is free, whether or not there is time to wait.
        await timers.sleep(random.fraction() * SOON_MS, options.signal);
        continue;
      }
      if (lost.length === 0 || left <= 0 || options.signal?.aborted) {
        return { held: new Set(names.filter((name) => this.#held.has(name))), lost };
      }
      await timers.sleep(Math.min(POLL_MS, left), options.signal);
    }
  }

  /** Milliseconds for which the lease surely lasts; 0 or less when it may be another's. */
  remainingMs(name: string): number {
    const holding = this.#held.get(name);
    return holding ? holding.deadline - this.#options.world.clock.monotonic() : 0;
  }

  /** Throws E502 when the lease may be another's by now. */
  checkHeld(name: string): void {
    if (this.remainingMs(name) <= 0) fail('E502', { names: [name] });
  }

  /**
   * Runs `work` in a transaction that commits only while the leases are this process's own, and that nobody can take
   * them over during. Its statements are labelled. Throws E502 when they are not.
   */
  async fenced<T>(
    names: readonly string[],
    work: (transaction: Statements) => Promise<T>,
    { label = '', isolation, apart, first }: FenceOptions = {},
  ): Promise<T> {
    const { session, world, tablesFirst } = this.#options;
    let isPinned = false;
    let started = 0;
    let now: Instant = 0n;
    const begin = async (): Promise<void> => {
      this.#pin(names, 1);
      isPinned = true;
      await this.#renewal;
      started = world.clock.monotonic();
      // Read before: a transaction that asks for another connection while it holds one may wait for ever.
      now = await this.#now();
    };
    const before = async (unlabelled: Statements): Promise<void> => {
      await first?.(unlabelled.labelled(label));
      if (tablesFirst) await apart?.(unlabelled.labelled(label));
      await begin();
    };
    // What comes before may take minutes, in which the leases have to be renewed.
    const isApart = tablesFirst || first !== undefined;
    try {
      if (!isApart) await begin();
      const result = await session.transaction(
        async (unlabelled) => {
          const transaction = unlabelled.labelled(label);
          await this.#extend(transaction, names, now);
          const done = await work(transaction);
          const passed = world.clock.monotonic() - started;
          if (passed > RENEW_MS) await this.#extend(transaction, names, now + ofMilliseconds(passed));
          return done;
        },
        { ...(isolation === undefined ? {} : { isolation }), ...(isApart ? { before } : {}) },
      );
      this.#moveDeadline(names, started);
      return result;
    } finally {
      if (isPinned) this.#pin(names, -1);
    }
  }

  /** Runs `work` in a transaction, whoever holds the leases: for what has to be told after they were lost. */
  afterwards<T>(
    work: (transaction: Statements) => Promise<T>,
    { label = '', apart }: Omit<FenceOptions, 'isolation'> = {},
  ): Promise<T> {
    const { session, tablesFirst } = this.#options;
    const before = (statements: Statements): Promise<void> => apart!(statements.labelled(label));
    return session.transaction(
      (transaction) => work(transaction.labelled(label)),
      tablesFirst && apart ? { before } : {},
    );
  }

  /**
   * The warehouse's clock, asked for every ten seconds and counted on by this machine's in between. Counted from before
   * it was asked: a lease then ends a little later there than its holder thinks, never sooner.
   */
  async #now(): Promise<Instant> {
    const { session, world } = this.#options;
    const asked = world.clock.monotonic();
    // The machine's two clocks part when it slept, or one of them was set.
    const apart = world.clock.now() - ofMilliseconds(asked);
    const known = this.#clock;
    const isGood =
      known && asked - known.asked < RENEW_MS && apart - known.apart < SECOND && known.apart - apart < SECOND;
    if (isGood && !world.clock.simulated) return known.now + ofMilliseconds(asked - known.asked);
    const now = await session.now();
    this.#clock = { asked, apart, now };
    return now;
  }

  /** How many processes, this one included, hold a lease of one of `names`. At least 1. */
  async owners(names: readonly string[]): Promise<number> {
    const { session, tables } = this.#options;
    const owners = await readOwners(session, tables, names, await session.now());
    return Math.max(1, new Set(owners.map(processOf)).size);
  }

  /** How many are held. */
  get size(): number {
    return this.#held.size;
  }

  /** Gives everything back. Nothing may be under way. */
  async release(): Promise<void> {
    const { session, tables } = this.#options;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    await this.#renewal;
    if (this.#held.size === 0) return;
    await freeLeases(session, tables, this.#owner);
    this.#held.clear();
  }

  /** Fails with E502 unless the leases are still this process's own; locks their rows until the transaction ends. */
  async #extend(transaction: Statements, names: readonly string[], now: Instant): Promise<void> {
    const tokens = this.#tokens(names);
    if (tokens.size < names.length) fail('E502', { names });
    if (tokens.size === 0) return;
    const own = await extendLeases(transaction, this.#options.tables, { tokens, owner: this.#owner, now });
    if (own < tokens.size) fail('E502', { names });
  }

  async #takeRetrying(names: readonly string[]): Promise<LeaseRow[]> {
    const { timers, random } = this.#options.world;
    for (let attempt = 1; ; attempt++) {
      try {
        return names.length === 0 ? [] : await this.#take(names);
      } catch (error) {
        if (!(error instanceof WarehouseError) || attempt >= ATTEMPTS) throw error;
        await timers.sleep(random.fraction() * 50 * 2 ** attempt);
      }
    }
  }

  /** Takes what is free of `names`; resolves to the rest. */
  async #take(names: readonly string[]): Promise<LeaseRow[]> {
    const { session, tables, world, singleProcess, repeatsKeys } = this.#options;
    const started = world.clock.monotonic();
    const now = await session.now();
    const rows = await session.transaction(async (transaction) => {
      let known = await readLeases(transaction, tables, names);
      if (repeatsKeys && known.size < names.length) {
        await takeTurn(transaction, tables);
        known = await readLeases(transaction, tables, names);
      }
      const owners = [...known.values()].flatMap(({ owner }) => (owner ? [owner] : []));
      const dead = owners.filter((owner) => isDead(owner, world, singleProcess));
      const missing = names.filter((name) => !known.has(name));
      await insertLeases(transaction, tables, missing);
      // A holder's transaction has its row locked: to ask for what is surely held would be to wait for its end.
      const free = names.filter((name) => isFree(known.get(name), dead, now));
      if (free.length > 0) {
        await takeLeases(transaction, tables, { names: free, owner: this.#owner, dead, now });
      }
      return readLeases(transaction, tables, names);
    });
    const own = [...rows.values()].filter(({ owner }) => owner === this.#owner);
    for (const { name, token } of own) {
      this.#held.set(name, { token, deadline: started + LEASE_MS, pins: 0 });
    }
    if (own.length > 0) this.#stopTimer ??= world.timers.every(RENEW_MS, () => this.#renewSoon());
    return names
      .map((name) => rows.get(name) ?? { name, owner: null, token: 0n })
      .filter(({ owner }) => owner !== this.#owner);
  }

  #renewSoon(): void {
    // A renewal that fails is tried again; until then the deadlines tell how long the leases last.
    this.#renewal = this.#renewal.then(() => this.#renew()).catch(() => undefined);
  }

  async #renew(): Promise<void> {
    const { session, tables, world } = this.#options;
    const names = [...this.#held].filter(([, { pins }]) => pins === 0).map(([name]) => name);
    if (names.length === 0) return;
    const started = world.clock.monotonic();
    const now = await session.now();
    const tokens = this.#tokens(names);
    if ((await extendLeases(session, tables, { tokens, owner: this.#owner, now })) < names.length) {
      const rows = await readLeases(session, tables, names);
      for (const name of names) if (rows.get(name)?.owner !== this.#owner) this.#held.delete(name);
    }
    this.#moveDeadline(names, started);
  }

  #moveDeadline(names: readonly string[], started: number): void {
    for (const name of names) {
      const holding = this.#held.get(name);
      if (holding) holding.deadline = Math.max(holding.deadline, started + LEASE_MS);
    }
  }

  #pin(names: readonly string[], by: 1 | -1): void {
    for (const name of names) {
      const holding = this.#held.get(name);
      if (holding) holding.pins += by;
    }
  }

  #tokens(names: readonly string[]): Map<string, bigint> {
    const tokens = new Map<string, bigint>();
    for (const name of names) {
      const holding = this.#held.get(name);
      if (holding) tokens.set(name, holding.token);
    }
    return tokens;
  }
}

function isFree(row: LeaseRow | undefined, dead: readonly string[], now: Instant): boolean {
  if (!row?.owner || dead.includes(row.owner)) return true;
  return row.expiresAt === undefined || row.expiresAt <= now;
}
