/** What stands in the stand-in for what Databricks' adapter says by itself, and for the tables of its transactions. */
import { PLACE } from '../../src/warehouse/databricks/connect.ts';
import { privilegeSql, schemaSql, WHO } from '../../src/warehouse/databricks/grants.ts';
import { leftSql } from '../../src/warehouse/databricks/scratch.ts';
import { IDENTITY, NOW, VERSION } from '../../src/warehouse/databricks/session.ts';
import { dialect as duckdb } from '../../src/warehouse/duckdb/dialect.ts';
import { typeOf } from './databricks-wire.ts';
import type { Feeds } from './feeds.ts';
import type { Answer, StandIn } from './stand-in.ts';

export const CATALOG = 'shopdb';

export class Refusal extends Error {
  constructor(
    message: string,
    readonly sqlState = '42000',
    readonly state = 'ERROR_STATE',
  ) {
    super(message);
  }
}

const MADE =
  /^((?:\s*--[^\n]*\n)*)CREATE TABLE ((\w+\.tmp_\d+_[0-9a-f]{8}_)(\w+)) (\(.*\) )?USING DELTA TBLPROPERTIES \([^)]*\)(?:\n(.*))?$/s;
const FED =
  /^CREATE (?:TEMPORARY )?TABLE (?=(\S+))(\w+\.tmp_\d+_[0-9a-f]{8}_)?(\w+) (?:USING DELTA TBLPROPERTIES \([^)]*\)\n)?AS\nSELECT \* FROM \(SELECT \* EXCEPT \(_change_type, _commit_version, _commit_timestamp\) FROM table_changes\('([^']*)', (\d+), (\d+)\)\)$/;
const TABLE = /(\w+\.tmp_\d+_[0-9a-f]{8}_)(\w+)/g;
const TABLES_THERE =
  'SELECT schema_name AS s, table_name AS t, table_oid AS o FROM duckdb_tables() WHERE NOT temporary';

export interface Asked {
  readonly sql: string;
  readonly parameters: readonly string[];
  readonly zone: string;
  readonly plan: string;
  readonly refused: ReadonlySet<string>;
}

export class Own {
  readonly #standIn: StandIn;
  /** By what their real names begin with: the names that plans have for the tables of one transaction. */
  readonly #tables = new Map<string, Set<string>>();

  readonly #feeds: Feeds;

  constructor(standIn: StandIn, feeds: Feeds) {
    this.#standIn = standIn;
    this.#feeds = feeds;
  }

  /** An answer, or what is run; undefined for what neither a plan nor the adapter made. */
  async of(asked: Asked): Promise<Answer | string | undefined> {
    const { sql, parameters } = asked;
    const told = tell(asked);
    if (told) return told;
    const fed = await this.#feed(sql);
    if (fed) return fed;
    const looked = /^DESCRIBE QUERY (.*)$/s.exec(sql)?.[1];
    if (looked !== undefined) return this.#columns(looked);
    const insert = /^INSERT INTO (\S+) \(([^()]*)\)\nSELECT .*\nFROM \(SELECT explode\(from_json\(\?, /s.exec(
      sql,
    );
    if (insert) return this.#insert(insert[1]!, insert[2]!, parameters[0]!);
    const made = MADE.exec(sql);
    if (made) {
      const [, comments, real, prefix, name, columns, query] = made;
      const plan = `${comments}CREATE TEMPORARY TABLE ${name} ${columns?.trim() ?? planned(query!)}`;
      const own = this.#standIn.own(plan);
      const names = this.#tables.get(prefix!) ?? new Set();
      const text = own === undefined ? undefined : this.#real(own, prefix!, names);
      this.#tables.set(prefix!, names.add(name!));
      return text?.replace(/CREATE TEMPORARY TABLE \S+/, `CREATE TABLE ${real}`);
    }
    const dropped = /^DROP TABLE (?:IF EXISTS )?(\w+\.tmp_\d+_[0-9a-f]{8}_\w+)$/.exec(sql)?.[1];
    if (dropped) return `DROP TABLE IF EXISTS ${dropped}`;
    return this.#known(sql) ?? about(asked);
  }

  /** What the adapter asks of change feeds by itself. */
  async #feed(sql: string): Promise<Answer | string | undefined> {
    const of = /^SHOW TBLPROPERTIES (\S+)$/.exec(sql)?.[1];
    if (of !== undefined)
      return rowOf({
        key: 'delta.enableChangeDataFeed',
        value: String(this.#feeds.tracked(of.replace(/^.*\./, ''))),
      });
    if (/^DESCRIBE HISTORY \S+ LIMIT 1$/.test(sql))
      return rowOf({ version: (await this.#feeds.mark()).toString() }, 'BIGINT');
    const [, real, prefix, name, table, from, to] = FED.exec(sql) ?? [];
    if (real === undefined) return undefined;
    // The first version is the one after the last that was seen.
    const rows = await this.#feeds.betweenMarks(table!, BigInt(from!) - 1n, BigInt(to!));
    if (rows === undefined) throw new Refusal('[DELTA_VERSION_NOT_FOUND] The version is not kept any more.');
    if (prefix) this.#tables.set(prefix, (this.#tables.get(prefix) ?? new Set()).add(name!));
    return `CREATE ${prefix ? '' : 'TEMPORARY '}TABLE ${real} AS SELECT * FROM ${rows}`;
  }

  /** What a plan made, of a transaction's own tables too. */
  #known(sql: string): string | undefined {
    const [[, prefix] = []] = sql.matchAll(TABLE);
    if (prefix === undefined) return this.#standIn.own(sql);
    const own = this.#standIn.own(planned(sql));
    return own === undefined ? undefined : this.#real(own, prefix, this.#tables.get(prefix) ?? new Set());
  }

  #real(own: string, prefix: string, names: ReadonlySet<string>): string {
    return own.replaceAll(/'(?:[^']|'')*'|--[^\n]*|"(?:[^"]|"")*"|\b\w+\b/g, (token) =>
      names.has(token) ? `${prefix}${token}` : token,
    );
  }

  async #columns(sql: string): Promise<Answer> {
    const own = this.#known(sql);
    if (own === undefined) throw new Refusal(`no plan made this statement: ${sql}`);
    const columns = await this.#standIn.look(own);
    return {
      columns: ['col_name', 'data_type', 'comment'].map((name) => ({ name, type: 'VARCHAR' })),
      rows: columns.map(({ name, type }) => ({
        col_name: name,
        data_type: typeOf(type).native,
        comment: null,
      })),
      changed: 0,
    };
  }

  /** Rows that came as one parameter. */
  #insert(table: string, names: string, text: string): string {
    const own = this.#known(`SELECT ${names} FROM ${table} LIMIT 0`);
    if (own === undefined) throw new Refusal(`no plan made a table ${table} (${names})`);
    const [, list, real] = /^SELECT (.+?) FROM (.+) LIMIT 0$/s.exec(own)!;
    const value = (cell: string | null): string =>
      cell === null ? 'NULL' : duckdb.literal({ type: 'text', text: cell });
    const rows = (JSON.parse(text) as (string | null)[][]).map((cells) => `(${cells.map(value).join(', ')})`);
    return `INSERT INTO ${real} (${list}) VALUES ${rows.join(', ')}`;
  }
}

function planned(sql: string): string {
  return sql.replaceAll(TABLE, '$2');
}

function tell({ sql, zone, plan }: Asked): Answer | string | undefined {
  if (sql === PLACE) return rowOf({ catalog_name: CATALOG, zone });
  if (sql === WHO) return rowOf({ user_name: 'segsync@example.com', catalog_name: CATALOG });
  if (sql === NOW) return 'SELECT epoch_us(now()) AS now';
  if (sql === VERSION) return rowOf({ version: '2026.40' });
  if (sql === IDENTITY) return rowOf({ place: `aws:eu-central-1:1/${CATALOG}` });
  return sql.startsWith('EXPLAIN COST ') ? rowOf({ plan }) : undefined;
}

function about({ sql, refused }: Asked): Answer | string | undefined {
  const read = /^SELECT 1 FROM (\S+) LIMIT 0$/.exec(sql)?.[1];
  if (read && refused.has(read))
    throw new Refusal(`[INSUFFICIENT_PERMISSIONS] User does not have SELECT on Table '${read}'.`, '42501');
  if (read || /^SELECT count\(\*\) AS n FROM \w+\.\w+$/.test(sql)) return sql;
  const [, schema, table] = /^DESCRIBE DETAIL (\w+)\.(\w+)$/.exec(sql) ?? [];
  // Of one that is not there, the second is an error.
  if (table)
    return `SELECT 'delta' AS format, CAST(o AS VARCHAR) AS id, '2026-11-22' AS "createdAt" FROM (${TABLES_THERE}) AS own WHERE s = '${schema}' AND t = '${table}'`;
  const [, of] =
    /schema_name = '([^']*)'|table_schema = '([^']*)'/.exec(sql)?.filter((each) => each !== undefined) ?? [];
  if (of !== undefined && sql === leftSql(of))
    return `SELECT t AS table_name FROM (${TABLES_THERE}) AS own WHERE s = '${of}' AND starts_with(t, 'tmp_')`;
  if (of !== undefined && sql === schemaSql(of))
    return `SELECT count(*) AS n FROM duckdb_schemas() WHERE schema_name = '${of}'`;
  for (const right of ['CREATE SCHEMA', 'CREATE TABLE', 'MODIFY', 'SELECT'])
    if (sql === privilegeSql(right, of)) return rowOf({ n: refused.has(right) ? '0' : '1' });
  if (/^SELECT table_schema, table_name FROM information_schema\.tables /.test(sql))
    return `SELECT s AS table_schema, t AS table_name FROM (${TABLES_THERE}) AS own ORDER BY 1, 2`;
  return /information_schema\.routines/.test(sql) ? "SELECT 'own_function' AS name WHERE FALSE" : undefined;
}

export function rowOf(row: Readonly<Record<string, string | null>>, type = 'VARCHAR'): Answer {
  return { columns: Object.keys(row).map((name) => ({ name, type })), rows: [row], changed: 0 };
}
