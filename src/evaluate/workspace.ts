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
  rows(query: Query): Promise<Row[]>;
  /** Keeps a result under another name, so that its own and those it was made of can be defined anew. */
  keep(name: string, as: string): Promise<void>;
  /** `sql` as a FROM-able text, with whatever it needs before it. */
  relation(sql: string): string;
  /** Removes what was made. */
  clear(): Promise<void>;
}

export function openWorkspace(statements: Statements, dialect: Dialect): Workspace {
  return statements.temporaryTables ? inTables(statements, dialect) : inExpressions(statements, dialect);
}

function inTables(statements: Statements, dialect: Dialect): Workspace {
  const made: string[] = [];
  return {
    async define(step) {
      const name = dialect.quote(step.name);
      await statements.execute(`DROP TABLE IF EXISTS ${name}`);
      await statements.execute(
        `-- ${step.comment}\nCREATE TEMPORARY TABLE ${name} AS\n${renderQuery(step.query, dialect)}`,
      );
      made.push(name);
      await statements.analyze(step.name);
    },
    async keep(name, as) {
      await statements.execute(
        `CREATE TEMPORARY TABLE ${dialect.quote(as)} AS SELECT * FROM ${dialect.quote(name)}`,
      );
      made.push(dialect.quote(as));
      await statements.analyze(as);
    },
    rows: (query) => statements.query(renderQuery(query, dialect)),
    relation: (sql) => `(${sql})`,
    async clear() {
      for (const name of made.splice(0).reverse()) await statements.execute(`DROP TABLE IF EXISTS ${name}`);
    },
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
    rows: (query) => statements.query(`${before()}${renderQuery(query, dialect)}`),
    relation: (sql) => `(${before()}${sql})`,
    async clear() {
      made.clear();
    },
  };
}

/** Before a query that reads the results `made` (quoted name -> SQL), each of which may read those before it. */
export function withClause(made: ReadonlyMap<string, string>, dialect: Dialect): string {
  if (made.size === 0) return '';
  const parts = [...made].map(([name, sql]) => `${name} AS ${dialect.materialized} (\n${sql}\n)`);
  return `WITH ${parts.join(',\n')}\n`;
}
