/** What happens between two ticks: rows come and are edited, their cursors grow, some show late. */
import { type Instant, MINUTE, SECOND } from '../../src/instant.ts';
import { Cursors } from './cursors.ts';
import type { People } from './people.ts';
import type { Write } from './play.ts';
import { CURSORS, cursorCell, type Maker, randomRow } from './rows.ts';
import type { TableName } from './shop.ts';
import type { Cell, Row } from './tables.ts';

const TABLES: readonly TableName[] = [
  'customers',
  'events',
  'refunds',
  'subscriptions',
  'scores',
  'consents',
  'visits',
];
const BUSY: readonly TableName[] = [...TABLES, 'events', 'events', 'events', 'customers'];
const ONE_ROW_EACH: readonly TableName[] = ['customers', 'scores', 'consents'];

/** Plays a history, one stretch after the other, and knows which rows there are. */
export class History {
  readonly #maker: Maker;
  readonly #people: People;
  readonly #cursors: Cursors;
  readonly #rows = new Map<TableName, Map<string, Row>>(TABLES.map((table) => [table, new Map()]));
  readonly #active: Cell[];
  readonly #quiet: ReadonlySet<Cell>;
  #lastRow = 0;

  constructor(maker: Maker, people: People) {
    this.#maker = maker;
    this.#people = people;
    this.#cursors = new Cursors(maker.dice, maker.shop);
    this.#active = [...people.active];
    this.#quiet = new Set(people.quiet);
  }

  /** Rows there are before the first tick, at `now`: those of quiet customers changed last. */
  begin(now: Instant): Write[] {
    const { dice } = this.#maker;
    const early = (): Instant => now - dice.microseconds(180n * MINUTE, 4000n * MINUTE);
    const lately = (): Instant => now - dice.microseconds(10n * MINUTE, 90n * MINUTE);
    const writes = [
      ...this.#active.flatMap((key) => this.#firstRows(key, early)),
      ...this.#people.strangers.flatMap((key) => [
        this.#add('events', key, early()),
        this.#add('visits', key, early()),
      ]),
      ...this.#people.quiet.flatMap((key) => this.#firstRows(key, lately)),
    ];
    // All of them are new rows: in the order of their tables, many go into one statement.
    writes.sort((a, b) => TABLES.indexOf(a.table) - TABLES.indexOf(b.table));
    return dice.chance(0.3) ? this.#without(dice.pick(['visits', 'refunds']), writes) : writes;
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
    // A quiet customer's row is the last to change, so that re-reading the end of a table finds nobody else.
    for (const table of dice.some(TABLES, 5)) {
      writes.push(this.#add(table, dice.pick(this.#people.quiet), this.#cursors.plain(table, now)));
    }
    return writes;
  }

  #firstRows(key: Cell, at: () => Instant): Write[] {
    const { dice } = this.#maker;
    const quiet = this.#quiet.has(key);
    const some = (table: TableName, count: number): Write[] =>
      Array.from({ length: count }, () => this.#add(table, key, this.#cursors.plain(table, at())));
    return [
      ...some('customers', 1),
      ...some('scores', Number(dice.chance(0.7))),
      ...some('consents', Number(dice.chance(0.9))),
      ...some('events', dice.between(0, quiet ? 2 : 10)),
      ...some('refunds', quiet ? 0 : dice.between(0, 2)),
      ...some('subscriptions', quiet ? 0 : dice.between(0, 2)),
      ...some('visits', quiet ? 0 : dice.between(0, 3)),
    ];
  }

  #without(table: TableName, writes: readonly Write[]): Write[] {
    this.#rows.set(table, new Map());
    return writes.filter((write) => write.table !== table);
  }

  #write(table: TableName, cursor: Instant | null): Write {
    const { dice, shop } = this.#maker;
    const newcomer = table === 'customers' && dice.chance(0.2) ? this.#newcomer() : undefined;
    if (newcomer !== undefined) return this.#add(table, newcomer, cursor);
    const appendOnly = table === 'events' && shop.entity.sources.get(table)!.appendOnly;
    const several = table === 'scores' && shop.entity.traits.get('churn')!.duplicates === 'latest';
    const mine = [...this.#rows.get(table)!.values()].filter((row) =>
      this.#active.includes(row.customer_id!),
    );
    if (!appendOnly && mine.length > 0 && dice.chance(0.5)) return this.#edit(table, dice.pick(mine), cursor);
    if (several && dice.chance(0.5)) return this.#insert(table, dice.pick(this.#active), cursor);
    return this.#add(table, dice.pick(dice.chance(0.05) ? this.#people.strangers : this.#active), cursor);
  }

  /** A stranger who becomes a customer, rows and all. */
  #newcomer(): Cell | undefined {
    const strangers = this.#people.strangers.filter((key) => key !== null && !this.#active.includes(key));
    if (strangers.length === 0) return undefined;
    const newcomer = this.#maker.dice.pick(strangers);
    this.#active.push(newcomer);
    return newcomer;
  }

  /** A further row; where a table has one row for each customer, new content for it. */
  #add(table: TableName, key: Cell, cursor: Instant | null): Write {
    const rows = ONE_ROW_EACH.includes(table) ? [...this.#rows.get(table)!.values()] : [];
    const own = rows.find((row) => row.customer_id === key);
    return own ? this.#edit(table, own, cursor) : this.#insert(table, key, cursor);
  }

  #insert(table: TableName, key: Cell, cursor: Instant | null): Write {
    this.#lastRow += 1;
    const quiet = this.#quiet.has(key);
    const row = randomRow(this.#maker, table, { rowId: this.#lastRow, key, cursor, quiet });
    this.#rows.get(table)!.set(row.row_id as string, row);
    return { table, row, added: true };
  }

  /** New content for some of a row's columns; it stays on its key. */
  #edit(table: TableName, row: Row, cursor: Instant | null): Write {
    const { dice } = this.#maker;
    const quiet = this.#quiet.has(row.customer_id!);
    const drawn = randomRow(this.#maker, table, { rowId: 0, key: null, cursor, quiet });
    const edited: Record<string, Cell> = { ...row };
    for (const column of Object.keys(row)) {
      // The columns that sources are split and filtered by: an edit there takes a row from one to another.
      const likely = column === 'name' || column === 'kind' ? 0.8 : 0.4;
      if (dice.chance(likely)) edited[column] = drawn[column]!;
    }
    const kept = { row_id: row.row_id!, customer_id: row.customer_id! };
    const written = { ...edited, ...kept, [CURSORS[table]]: cursorCell(this.#maker, table, cursor) };
    this.#rows.get(table)!.set(kept.row_id as string, written);
    return { table, row: written, added: false };
  }
}
