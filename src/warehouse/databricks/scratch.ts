/**
 * Tables for the time of one transaction. Databricks' own temporary tables cannot be written to in a transaction, and
 * that they can be read in one is documented nowhere. So a transaction has real ones, made before it begins, under names
 * of their own in a schema that segsync may make tables in, and dropped after it. A statement says what they are for
 * (`segsync_changed`), and its name is put in their place. What a killed process left is dropped by a later one.
 */
import type { World } from '../../world.ts';
import type { Row } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { COORDINATED } from './layout.ts';

/** Longer than any transaction lasts. */
const LEFT_SECONDS = 3 * 86_400;
const NAME = /^tmp_(\d{9,11})_[0-9a-f]{8}_/;
/** Comment lines, the name, and what it is made of. */
const MAKES = /^((?:\s*--[^\n]*\n)*)\s*CREATE TEMPORARY TABLE (\S+)\s+(.*)$/s;
const DROPS = /^(?:\s*--[^\n]*\n)*\s*DROP TABLE (\S+)$/;
/** A column that a table's files cannot have under its own name. */
const ODD_NAME = /`[^`]*[ ,;{}()=][^`]*`/;
const MAPPED = "'delta.columnMapping.mode' = 'name'";
/** Texts, comments and names in quotes, which stay, and plain names. */
const TOKENS = /'(?:[^'\\]|\\.)*'|--[^\n]*|`(?:[^`]|``)*`|[A-Za-z_][A-Za-z0-9_]*/g;

export class Scratch {
  readonly #prefix: string;
  readonly #names = new Map<string, string>();

  constructor(world: World, schema: string) {
    const seconds = String(world.clock.now() / 1_000_000n);
    const own = world.random.uuid().replaceAll('-', '').slice(0, 8);
    this.#prefix = `${dialect.quote(schema)}.tmp_${seconds}_${own}_`;
  }

  /** Tables that there are. */
  get tables(): readonly string[] {
    return [...this.#names.values()];
  }

  /** A statement with the tables' own names; one that makes or drops a temporary table makes or drops a real one. */
  own(sql: string): string {
    const made = MAKES.exec(sql);
    if (made) {
      const [, comments, name, rest] = made;
      const table = `${this.#prefix}${name!.replaceAll('`', '')}`;
      const [columns, query] = rest!.startsWith('(') ? [`${rest} `, ''] : ['', `\n${this.#named(rest!)}`];
      this.#names.set(name!, table);
      const properties = ODD_NAME.test(rest!) ? COORDINATED.replace(')', `, ${MAPPED})`) : COORDINATED;
      return `${comments}CREATE TABLE ${table} ${columns}USING DELTA ${properties}${query}`;
    }
    const [, dropped] = DROPS.exec(sql) ?? [];
    const own = this.#named(sql);
    if (dropped) this.#names.delete(dropped);
    return own;
  }

  /** Whether a table, by the name that statements have for it, is one of these. */
  owns(table: string): boolean {
    return this.#names.has(table);
  }

  #named(sql: string): string {
    return this.#names.size === 0 ? sql : sql.replaceAll(TOKENS, (token) => this.#names.get(token) ?? token);
  }
}

/** Statements that drop what was left behind. */
export async function leftBehind(
  query: (sql: string) => Promise<Row[]>,
  world: World,
  schema: string,
): Promise<string[]> {
  const rows = await query(leftSql(schema));
  const seconds = Number(world.clock.now() / 1_000_000n);
  return rows.flatMap(({ table_name: name }) => {
    const made = Number(NAME.exec(name!)?.[1] ?? seconds);
    return seconds - made > LEFT_SECONDS
      ? [`DROP TABLE IF EXISTS ${dialect.quote(schema)}.${dialect.quote(name!)}`]
      : [];
  });
}

export function leftSql(schema: string): string {
  const text = dialect.literal({ type: 'text', text: schema.toLowerCase() });
  return `SELECT table_name FROM information_schema.tables WHERE table_schema = ${text} AND startswith(table_name, 'tmp_')`;
}

export function isScratch(name: string): boolean {
  return NAME.test(name);
}
