/**
 * Where a tick's intermediate results live: temporary tables, or, where a read-only role may not make one, common
 * table expressions put before each statement. The queries are the same either way.
 */
import type { Query, Step } from '../compile/query.ts';
import { renderQuery } from '../compile/render.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Row, Statements } from '../warehouse/warehouse.ts';

export interface Workspace {
  /** Makes a named intermediate result that later queries can read. */
  define(step: Step): Promise<void>;
  /** How many rows a result has that was defined. */
  size(name: string): Promise<number>;
  rows(query: Query): Promise<Row[]>;
  /** Keeps a result under another name, so that its own and those it was made of can be defined anew. */
  keep(name: string, as: string): Promise<void>;
  /** `sql` as a FROM-able text, with whatever it needs before it. */
  relation(sql: string): string;
}

/** In a transaction: what it makes goes with that. */
export function openWorkspace(statements: Statements, dialect: Dialect): Workspace {
  return statements.temporaryTables ? inTables(statements, dialect) : inExpressions(statements, dialect);
}

function inTables(statements: Statements, dialect: Dialect): Workspace {
  const sizes = new Map<string, number>();
  const { countsCreated } = statements;
  const make = async (name: string, text: string, comment = ''): Promise<void> => {
    const table = dialect.quote(name);
    if (sizes.has(name)) await statements.execute(`DROP TABLE ${table}`);
    sizes.set(name, await statements.execute(`${comment}CREATE TEMPORARY TABLE ${table} AS\n${text}`));
    await statements.analyze(name);
  };
  return {
    define: (step) => make(step.name, renderQuery(step.query, dialect), `-- ${step.comment}\n`),
    size: async (name) =>
      countsCreated
        ? sizes.get(name)!
        : count(statements, `SELECT count(*) AS n FROM ${dialect.quote(name)}`),
    keep: (name, as) => make(as, `SELECT * FROM ${dialect.quote(name)}`),
    rows: (query) => statements.query(renderQuery(query, dialect)),
    relation: (sql) => `(${sql})`,
  };
}

function inExpressions(statements: Statements, dialect: Dialect): Workspace {
  const made = new Map<string, string>();
  const before = (): string => withClause(made, dialect);
  return {
    async define(step) {
      made.set(dialect.quote(step.name), renderQuery(step.query, dialect));
    },
    async keep(name, as) {
      const kept = `${before()}SELECT * FROM ${dialect.quote(name)}`;
      made.clear();
      made.set(dialect.quote(as), kept);
    },
    async size(name) {
      return count(statements, `${before()}SELECT count(*) AS n FROM ${dialect.quote(name)}`);
    },
    rows: (query) => statements.query(`${before()}${renderQuery(query, dialect)}`),
    relation: (sql) => `(${before()}${sql})`,
  };
}

async function count(statements: Statements, sql: string): Promise<number> {
  const [row] = await statements.query(sql);
  return Number(row!.n);
}

/** Before a query that reads the results `made` (quoted name -> SQL), each of which may read those before it. */
export function withClause(made: ReadonlyMap<string, string>, dialect: Dialect): string {
  if (made.size === 0) return '';
  const parts = [...made].map(([name, sql]) => `${name} AS ${dialect.materialized} (\n${sql}\n)`);
  return `WITH ${parts.join(',\n')}\n`;
}
