/** What happens between two ticks: rows come and are edited, their cursors grow, some show late. */
import { type Instant, MINUTE, SECOND } from '../../src/instant.ts';
import { Cursors } from './cursors.ts';
import type { People, Population } from './people.ts';
import type { Write } from './play.ts';
import { CURSORS, cursorCell, type Maker, randomRow, timeOf } from './rows.ts';
import { type EntityName, KEYS, type TableName } from './shop.ts';
import type { Cell, Row } from './tables.ts';

const TABLES: readonly TableName[] = [
  'customers',
  'events',
  'refunds',
  'subscriptions',
  'scores',
  'consents',
  'visits',
  'accounts',
  'members',
  'tickets',
];
const BUSY: readonly TableName[] = [...TABLES, 'events', 'events', 'events', 'customers', 'tickets'];
const ONE_ROW_EACH: readonly TableName[] = ['customers', 'scores', 'consents', 'accounts'];
/** Tables that may be empty at first. */
const DISPENSABLE: readonly TableName[] = ['visits', 'refunds', 'members', 'tickets'];

/** Plays a history, one stretch after the other, and knows which rows there are. */
export class History {
  readonly #maker: Maker;
  readonly #people: People;
  readonly #cursors: Cursors;
  readonly #rows = new Map<TableName, Map<string, Row>>(TABLES.map((table) => [table, new Map()]));
  readonly #active: Readonly<Record<EntityName, Cell[]>>;
  readonly #quiet: Readonly<Record<EntityName, ReadonlySet<Cell>>>;
  #lastRow = 0;

  constructor(maker: Maker, people: People) {
    const { customer, account } = people;
    this.#maker = maker;
    this.#people = people;
    this.#cursors = new Cursors(maker.dice, maker.shop);
    this.#active = { customer: [...customer.active], account: [...account.active] };
    this.#quiet = { customer: new Set(customer.quiet), account: new Set(account.quiet) };
  }

  /** Rows there are before the first tick, at `now`: those of quiet people changed last. */
  begin(now: Instant): Write[] {
    const { dice } = this.#maker;
    const { customer, account } = this.#people;
    const early = (): Instant => now - dice.microseconds(180n * MINUTE, 4000n * MINUTE);
    const lately = (): Instant => now - dice.microseconds(10n * MINUTE, 90n * MINUTE);
    const writes = [
      ...this.#active.account.flatMap((key) => this.#accountsRows(key, early)),
      ...this.#active.customer.flatMap((key) => this.#customersRows(key, early)),
      ...customer.strangers.flatMap((key) => [
        this.#add('events', key, early()),
        this.#add('visits', key, early()),
        this.#add('members', key, early()),
      ]),
      ...account.strangers.map((key) => this.#add('tickets', key, early())),
      ...account.quiet.flatMap((key) => this.#accountsRows(key, lately)),
      ...customer.quiet.flatMap((key) => this.#customersRows(key, lately)),
    ];
    // All of them are new rows: in the order of their tables, many go into one statement.
    writes.sort((a, b) => TABLES.indexOf(a.table) - TABLES.indexOf(b.table));
    return dice.chance(0.3) ? this.#without(dice.pick(DISPENSABLE), writes) : writes;
  }

  /** Rows written after the tick at `last`, up to the one at `now`. */
  between(last: Instant, now: Instant): Write[] {
    const { dice } = this.#maker;
    const writes: Write[] = [];
    for (let left = dice.chance(0.15) ? 0 : dice.between(2, 14); left > 0; left -= 1) {
      const table = dice.pick(BUSY);
      // Soon after the tick a late row's cursor may lie before it.
      const latest = dice.chance(0.5) && now - last > 10n * SECOND ? last + 10n * SECOND : now;
      writes.push(this.#write(table, this.#cursors.any(table, dice.microseconds(last + 1n, latest))));
    }
    // A quiet one's row is the last to change, so that re-reading the end of a table finds nobody else.
    for (const table of dice.some(TABLES, 7)) {
      const { quiet } = this.#populationOf(table);
      writes.push(this.#add(table, dice.pick(quiet), this.#cursors.plain(table, now)));
    }
    return writes;
  }

  #customersRows(key: Cell, at: () => Instant): Write[] {
    const { dice } = this.#maker;
    const quiet = this.#quiet.customer.has(key);
    return [
      ...this.#some('customers', 1, key, at),
      ...this.#some('scores', Number(dice.chance(0.7)), key, at),
      ...this.#some('consents', Number(dice.chance(0.9)), key, at),
      ...this.#some('events', dice.between(0, quiet ? 2 : 10), key, at),
      ...this.#some('refunds', quiet ? 0 : dice.between(0, 2), key, at),
      ...this.#some('subscriptions', quiet ? 0 : dice.between(0, 2), key, at),
      ...this.#some('visits', quiet ? 0 : dice.between(0, 3), key, at),
      ...this.#some('members', dice.between(0, quiet ? 1 : 2), key, at),
    ];
  }

  #accountsRows(key: Cell, at: () => Instant): Write[] {
    const { dice } = this.#maker;
    const quiet = this.#quiet.account.has(key);
    return [
      ...this.#some('accounts', 1, key, at),
      ...this.#some('tickets', dice.between(0, quiet ? 1 : 6), key, at),
    ];
  }

  #some(table: TableName, count: number, key: Cell, at: () => Instant): Write[] {
    return Array.from({ length: count }, () => this.#add(table, key, this.#cursors.plain(table, at())));
  }

  #without(table: TableName, writes: readonly Write[]): Write[] {
    this.#rows.set(table, new Map());
    return writes.filter((write) => write.table !== table);
  }

  #write(table: TableName, cursor: Instant | null): Write {
    const { dice, shop } = this.#maker;
    const entity = entityOf(table);
    const active = this.#active[entity];
    const newcomer = table === `${entity}s` && dice.chance(0.2) ? this.#newcomer(entity) : undefined;
    if (newcomer !== undefined) return this.#add(table, newcomer, cursor);
    const { customer } = shop.entities;
    const appendOnly = table === 'events' && customer.sources.get(table)!.appendOnly;
    const several = table === 'scores' && customer.traits.get('churn')!.duplicates === 'latest';
    const mine = this.#rowsOf(table).filter((row) => active.includes(row[KEYS[table]]!));
    if (!appendOnly && mine.length > 0 && dice.chance(0.5)) return this.#edit(table, dice.pick(mine), cursor);
    if (several && dice.chance(0.5)) return this.#insert(table, dice.pick(active), cursor);
    const { strangers } = this.#populationOf(table);
    return this.#add(table, dice.pick(dice.chance(0.05) ? strangers : active), cursor);
  }

  /** A stranger who becomes a customer or an account, rows and all. */
  #newcomer(entity: EntityName): Cell | undefined {
    const active = this.#active[entity];
    const strangers = this.#people[entity].strangers.filter((key) => key !== null && !active.includes(key));
    if (strangers.length === 0) return undefined;
    const newcomer = this.#maker.dice.pick(strangers);
    active.push(newcomer);
    return newcomer;
  }

  /** A further row; where a table has one row for each key, new content for it. */
  #add(table: TableName, key: Cell, cursor: Instant | null): Write {
    const rows = ONE_ROW_EACH.includes(table) ? this.#rowsOf(table) : [];
    const own = rows.find((row) => row[KEYS[table]] === key);
    return own ? this.#edit(table, own, cursor) : this.#insert(table, key, cursor);
  }

  #insert(table: TableName, key: Cell, cursor: Instant | null): Write {
    this.#lastRow += 1;
    const quiet = this.#quiet[entityOf(table)].has(key);
    const keys: Record<string, Cell> = { [KEYS[table]]: key };
    if (table === 'members') keys.account_id = this.#accountFor(quiet);
    const nearby = quiet ? [] : this.#timesAround(table, key);
    const row = randomRow(this.#maker, table, { rowId: this.#lastRow, keys, cursor, quiet, nearby });
    this.#rows.get(table)!.set(row.row_id as string, row);
    return { table, row, added: true };
  }

  /** Whom a customer is a member of: quiet ones of quiet accounts, or their neighbours would not be quiet. */
  #accountFor(quiet: boolean): Cell {
    const { dice } = this.#maker;
    if (quiet) return dice.pick(this.#people.account.quiet);
    return dice.pick(dice.chance(0.1) ? this.#people.account.strangers : this.#active.account);
  }

  /** When rows of a key happened, and those of whom it is linked with. */
  #timesAround(table: TableName, key: Cell): Instant[] {
    if (key === null) return [];
    const entity = entityOf(table);
    const [own, other] =
      entity === 'customer' ? (['customer', 'account'] as const) : (['account', 'customer'] as const);
    const linked = this.#rowsOf('members')
      .filter((row) => row[`${own}_id`] === key)
      .map((row) => row[`${other}_id`]!);
    return TABLES.flatMap((each) => {
      const keys = entityOf(each) === entity ? [key] : linked;
      return this.#rowsOf(each)
        .filter((row) => keys.includes(row[KEYS[each]]!))
        .map((row) => timeOf(this.#maker, each, row))
        .filter((time) => time !== null);
    });
  }

  /** New content for some of a row's columns; it stays on its key. */
  #edit(table: TableName, row: Row, cursor: Instant | null): Write {
    const { dice } = this.#maker;
    const key = row[KEYS[table]]!;
    const quiet = this.#quiet[entityOf(table)].has(key);
    const nearby = quiet ? [] : this.#timesAround(table, key);
    const drawn = randomRow(this.#maker, table, { rowId: 0, keys: {}, cursor, quiet, nearby });
    const edited: Record<string, Cell> = { ...row };
    for (const column of Object.keys(row)) {
      // The columns that sources are split and filtered by: an edit there takes a row from one to another.
      const likely = column === 'name' || column === 'kind' ? 0.8 : 0.4;
      if (dice.chance(likely)) edited[column] = drawn[column]!;
    }
    const kept: Record<string, Cell> = { row_id: row.row_id! };
    for (const column of ['customer_id', 'account_id']) if (column in row) kept[column] = row[column]!;
    const written = { ...edited, ...kept, [CURSORS[table]]: cursorCell(this.#maker, table, cursor) };
    this.#rows.get(table)!.set(kept.row_id as string, written);
    return { table, row: written, added: false };
  }

  #rowsOf(table: TableName): Row[] {
    return [...this.#rows.get(table)!.values()];
  }

  #populationOf(table: TableName): Population {
    return this.#people[entityOf(table)];
  }
}

/** Whose rows a table holds; those of `members` are a customer's. */
function entityOf(table: TableName): EntityName {
  return KEYS[table] === 'account_id' ? 'account' : 'customer';
}
