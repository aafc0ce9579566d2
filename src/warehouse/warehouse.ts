/**
 * The interface to a warehouse. One folder an adapter: `warehouse/<name>/index.ts` exports `warehouse`.
 * The core asks for capabilities, never for names.
 */
import type { z } from 'zod';
import type { Relation } from '../config/project.ts';
import type { Instant } from '../instant.ts';
import type { World } from '../world.ts';
import type { Dialect, SqlType } from './dialect.ts';
import type { Layout } from './layout.ts';

/** `not yet`: the engine could, this adapter does not. */
export type Answer = 'yes' | 'no' | 'not yet';

export interface Capabilities {
  /** One transaction over several statements and tables, reading one snapshot. */
  readonly transactions: Answer;
  /** Lasting tables may be made inside one. */
  readonly transactionalDdl: Answer;
  /** Temporary tables may be made inside one. Where not, making one would commit it: they are made before it begins. */
  readonly temporaryDdl: Answer;
  /** Of two transactions that insert a row of one key, one fails. */
  readonly uniqueKeys: Answer;
  /** A statement that changes rows is paid for by the slices it names: the large state tables have a column for it. */
  readonly slicedState?: 'yes';
  /** A table's change feed can be read, where the table keeps one; undefined: there is no such thing. */
  readonly changeFeed?: ChangeFeed;
  /** CSV and Parquet files as tables. */
  readonly files: Answer;
  /** Correlated sub-select per row in FROM; worth it only where a key index makes it a look-up. */
  readonly lateral: Answer;
  /** Only one process may hold the database open. */
  readonly singleProcess: Answer;
  /** Share of all keys above which evaluating everyone is cheaper than the affected ones. */
  readonly fullShare: number;
  /** Aggregates cost rows x aggregates in one scan: from this many on, scan once for each source filter. Infinity: never. */
  readonly splitScansFrom: number;
  /** Shortest cadence in seconds that the warehouse bears. */
  readonly shortestCadenceSeconds: number;
}

export interface ChangeFeed {
  /** Changes other than additions show late: rows' cursors have to tell of the newest. */
  readonly isLate: boolean;
  /** It cannot be read in a transaction: it is asked for before one begins. */
  readonly comesFirst: boolean;
}

export interface Column {
  readonly name: string;
  readonly type: SqlType;
  /** As the warehouse calls it. */
  readonly native: string;
}

/** One row of a result: every value as the warehouse's exact text, booleans as `true`/`false`, NULL as null. */
export type Row = Readonly<Record<string, string | null>>;

/** What a statement would cost, in the one unit that the warehouse counts in. */
export interface Estimate {
  readonly amount: number;
  readonly unit: 'planner cost' | 'rows from tables' | 'bytes read' | 'partitions read';
}

/** A relation that was read before, with what `capture` marked then; several marks where several ticks read it. */
export interface Captured {
  readonly relation: Relation;
  readonly marks: readonly string[];
  /** Its change feed is asked for: all of it, or the rows that were added. */
  readonly feed?: 'all' | 'additions';
}

/**
 * What a warehouse can tell of a relation's rows beyond their cursor, in the snapshot that it was asked in. All SQL is
 * about rows under one alias.
 */
export interface Capture {
  /** What to ask with the next time. */
  readonly mark?: string;
  /** A condition that every row passes that was not visible at one of the marks, in its present form; others may. */
  readonly narrows?: string;
  /**
   * A FROM-able text: exactly the rows that were added, changed (as they were and as they are) and deleted since the
   * oldest mark, with the relation's columns; among them every row that there was at some mark and is there no more as
   * it was. It takes the place of the cursor.
   */
  readonly feed?: string;
  /** The feed does not tell of the newest changes yet: the cursor is looked at besides. */
  readonly isLate?: boolean;
  /** Why a feed that was asked for cannot be had, in words, and what would make it be there from then on. */
  readonly lack?: FeedLack;
}

export interface FeedLack {
  readonly why: string;
  readonly statements: readonly string[];
}

/** What kind of failure an engine's error is; decides retry and exit code. */
export type Failure =
  | 'credentials'
  | 'permission'
  | 'conflict'
  | 'locked'
  | 'transient'
  | 'missing'
  | 'statement';

export interface Warehouse {
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** How its SQL was tested: on the engine itself, by the engine's own analyser, or only written. */
  readonly verified: 'verified' | 'analysed' | 'rendered';
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  readonly layout: Layout;
  /** Schema of a target's options (without `type`), unknown keys refused. Secrets are `Secret`s by then. */
  readonly options: z.ZodType;
  /** Option names that are secrets. */
  readonly secrets: readonly string[];
  /** A target's options as most people write them, with what differs or is secret as `${env:NAME}`: `init` writes them. */
  readonly usual: Readonly<Record<string, string>>;
  /** A small shop that it can make by itself, without a server; undefined: it cannot. */
  readonly sample?: Sample;
  /** Options of an empty database in this process's memory, of that name; undefined where there is no such thing. */
  inMemory?(name: string): Readonly<Record<string, unknown>>;
  /** Whether two answers of `Session.identity` are of one place. */
  samePlace(one: string, other: string): boolean;
  /**
   * Opens the warehouse. `access: 'read'` promises to change nothing: a DuckDB target whose file is missing then
   * runs its `init` in memory. Throws E3xx diagnostics: credentials (77), locked by another process (75).
   */
  connect(options: ConnectOptions): Promise<Session>;
}

/** Tables `shop.customers` and `shop.orders` with the columns that the segments of `scaffold/shop.ts` read. */
export interface Sample {
  /** Of the target. */
  readonly options: Readonly<Record<string, string>>;
  /** Path from the project -> text. */
  readonly files: Readonly<Record<string, string>>;
}

export interface ConnectOptions {
  readonly world: World;
  /** Absolute folder that relative paths in `options` start from. */
  readonly root: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly access: 'read' | 'write';
  /** Shown to the warehouse as the application's name. */
  readonly label: string;
}

/** What a run works with beside its own temporary tables. */
export interface Needs {
  readonly relations: readonly Relation[];
  /** Where the state is kept, and its tables' names. */
  readonly schema: string;
  readonly tables: readonly string[];
}

/** A right that a run needs and that this connection's role has not. */
export interface MissingGrant {
  /** What a run cannot do without it: `read shop.orders`. */
  readonly what: string;
  /** What somebody who may runs to give it. */
  readonly statements: readonly string[];
  /** The relation that cannot be read without it. */
  readonly relation?: Relation;
}

/** A column that rows of a relation are looked up by. */
export interface Sought {
  readonly relation: Relation;
  readonly column: string;
}

/** One that nothing helps to look up, with the statement that mends it. */
export interface MissingIndex extends Sought {
  readonly statement: string;
}

/** A warehouse that tells by itself that tables changed. */
export interface Wake {
  /**
   * Calls `onChange` after commits that changed a table that tells of it, and `onEnd` once it cannot any more. Resolves to
   * what ends it.
   */
  listen(on: { readonly change: () => void; readonly end: () => void }): Promise<() => Promise<void>>;
  /** Of relations, those that do not tell of their changes. `schema`: where the state is kept. */
  missing<T extends { readonly relation: Relation }>(
    relations: readonly T[],
    schema: string,
  ): Promise<readonly (T & MissingWake)[]>;
}

/** What somebody who may runs to make a table tell of its changes; nothing where it is none that could. */
export interface MissingWake {
  readonly statements: readonly string[];
}

export interface Session extends Statements {
  /** Only where the target asks for it, and the warehouse has such a thing. */
  readonly wake?: Wake;
  /** What it is, for people: `PostgreSQL 17.2`. */
  version(): Promise<string>;
  /** The warehouse's clock. */
  now(): Promise<Instant>;
  /**
   * When the oldest transaction began that is open now: its rows will show later, with
   * cursors as old as that. Undefined when there is none, or where it cannot be told.
   */
  oldestOpenTransaction(): Promise<Instant | undefined>;
  /** Which database this is: the same text at every connection, another one for a clone of it where that can be told. */
  identity(): Promise<string>;
  /**
   * Runs `work` on one connection inside one transaction; commits, or rolls back and rethrows. With
   * `isolation: 'snapshot'` all its statements see one snapshot, as far as the warehouse has such a thing.
   */
  transaction<T>(work: (statements: Statements) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** As `transaction` with a snapshot, but always rolled back: what it makes is gone. Works for a read-only role. */
  scratch<T>(
    work: (statements: Statements) => Promise<T>,
    options?: Pick<TransactionOptions, 'before'>,
  ): Promise<T>;
  /** Rights that a run needs and this connection's role lacks, told without using any. */
  missingGrants(needs: Needs): Promise<readonly MissingGrant[]>;
  /** Of columns that rows are looked up by, those of large tables that no index helps with, as they were given. */
  missingIndexes<T extends Sought>(sought: readonly T[]): Promise<readonly (T & MissingIndex)[]>;
  /** Schema and name of every table and view there is, as far as it shows, the warehouse's own apart. */
  tableNames(): Promise<readonly (readonly [schema: string, name: string])[]>;
  /** Interrupts what runs at the moment; it then fails with a `transient` error. */
  cancel(): Promise<void>;
  /** Closes all connections. Safe to call twice. */
  close(): Promise<void>;
}

export interface TransactionOptions {
  readonly isolation?: 'snapshot';
  /**
   * Done on the same connection before the transaction begins: temporary tables that it makes are there in it. Given
   * only where they cannot be made inside (`Capabilities.temporaryDdl`), or feeds not be read (`ChangeFeed.comesFirst`).
   */
  readonly before?: (statements: Statements) => Promise<void>;
}

/** A statement, or rows as `writeRows` takes them. */
export type Write =
  | string
  | {
      readonly table: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly (string | null)[])[];
    };

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * It may be read for hours: the rows are put aside first, where the warehouse would otherwise keep everything as it was
   * until the end.
   */
  readonly setAside?: boolean;
}

/** Statements on one connection (inside a transaction) or on any (a session). */
export interface Statements {
  /** True when CREATE TEMPORARY TABLE may be used here; a read-only role or replica cannot. */
  readonly temporaryTables: boolean;
  /** True when `execute` of CREATE TABLE AS tells how many rows the table has. */
  readonly countsCreated: boolean;
  /** One statement's rows, all in memory: for small results. */
  query(sql: string): Promise<Row[]>;
  /**
   * Rows of one query, streamed with bounded memory, in the query's order. Ends with an error, never early, when the
   * query fails midway. On a session: over a connection of its own, so that other statements can run meanwhile;
   * inside a transaction: on its connection, which must not be used until the stream has ended.
   */
  stream(sql: string, options?: StreamOptions): AsyncIterable<Row>;
  /** One statement; resolves to the number of rows it changed (0 where it has none). */
  execute(sql: string): Promise<number>;
  /** Bulk insert of text values (cast to the column's type) into an existing table, all or none. `table` is quoted, `columns` are not. */
  writeRows(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly (string | null)[])[],
  ): Promise<void>;
  /**
   * Several writes of few rows in one message, in order, all or none; resolves to how many rows each changed. Only where
   * the warehouse takes them so: see `writeInOrder`. `labels`: of each, where they are not all these statements' own.
   */
  writeTogether?(writes: readonly Write[], labels?: readonly string[]): Promise<number[]>;
  /** Columns of a relation in order; undefined when it does not exist or may not be read. */
  describe(relation: Relation): Promise<readonly Column[] | undefined>;
  /** About how many rows a relation has, without counting; undefined when unknown. */
  approximateRows(relation: Relation): Promise<number | undefined>;
  /**
   * Which incarnation of a table this is: another text when the table was dropped and made anew (a rebuild), or emptied
   * and filled again; the same while it is only written to, and after a restart. Undefined where that cannot be told.
   */
  incarnation(relation: Relation): Promise<string | undefined>;
  /**
   * What can be told of each relation's changes since its marks, in order; the conditions are on the alias `as`. A
   * transaction that writes to the table `apart` (quoted) writes to none of the relations, save those in its schema.
   */
  capture(relations: readonly Captured[], as: string, apart?: string): Promise<readonly Capture[]>;
  /**
   * Of some functions' names, in lower case, those whose answer may change though their arguments do not, and those
   * that are not the warehouse's own.
   */
  movingFunctions(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** Refreshes the planner's statistics of a table just filled, temporary or not, where that matters. `table` is quoted. */
  analyze(table: string): Promise<void>;
  /**
   * What the warehouse says a query would cost, without running it; undefined where it cannot say. Needs no right but
   * to read, and spoils no transaction. What the transaction made itself may not be seen.
   */
  estimate(sql: string): Promise<Estimate | undefined>;
  /**
   * The same, each statement after a comment line, so that the warehouse's own log and bill tell whose it is. Takes the
   * place of a label that there is.
   */
  labelled(label: string): Statements;
}

/** An engine's failure, classified. The message holds no values of rows. */
export class WarehouseError extends Error {
  override readonly name = 'WarehouseError';
  constructor(
    readonly failure: Failure,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
