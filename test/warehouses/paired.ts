/**
 * A warehouse whose statements are made in two dialects at once: the first is what its own session sends, over its
 * official client, to the double; the second is made known to what stands behind that.
 */
import type { Relation } from '../../src/config/project.ts';
import type { Dialect } from '../../src/warehouse/dialect.ts';
import { dialect as duckdb } from '../../src/warehouse/duckdb/dialect.ts';
import { layout as duckdbLayout } from '../../src/warehouse/duckdb/layout.ts';
import type { Session, Statements, Warehouse } from '../../src/warehouse/warehouse.ts';
import { layoutsOf, pairOf, side } from './pair.ts';
import type { Knowing } from './told.ts';

/** `standInOf`: a target's options -> what stands behind the double that they lead to. */
export function pairedWarehouse(
  warehouse: Warehouse,
  standInOf: (options: Readonly<Record<string, unknown>>) => Knowing,
): Warehouse {
  const dialect = pairOf(warehouse.dialect, duckdb);
  return {
    ...warehouse,
    dialect,
    layout: layoutsOf(warehouse.layout, duckdbLayout),
    connect: async (request) =>
      pairedSession(await warehouse.connect(request), warehouse.dialect, standInOf(request.options)),
  };
}

function pairedSession(session: Session, dialect: Dialect, standIn: Knowing): Session {
  return {
    ...session,
    ...pairedStatements(session, dialect, standIn),
    transaction: (work, options) => {
      const { before, ...others } = options ?? {};
      const paired = before
        ? (statements: Statements) => before(pairedStatements(statements, dialect, standIn))
        : undefined;
      return session.transaction((statements) => work(pairedStatements(statements, dialect, standIn)), {
        ...others,
        ...(paired ? { before: paired } : {}),
      });
    },
    scratch: (work) => session.scratch((statements) => work(pairedStatements(statements, dialect, standIn))),
  };
}

function pairedStatements(statements: Statements, dialect: Dialect, standIn: Knowing): Statements {
  const said = (sql: string): string => {
    const text = side(sql, 'first');
    standIn.know(text, side(sql, 'second'));
    return text;
  };
  /** What an adapter asks to learn a relation's columns. */
  const looks = (columns: string, first: string, second: string): void =>
    standIn.know(`SELECT ${columns} FROM ${first} LIMIT 0`, `SELECT ${columns} FROM ${second} LIMIT 0`);
  const looked = (relation: Relation): Relation => {
    if (relation.kind === 'table') {
      const name = (of: Dialect): string => relation.parts.map(of.quote).join('.');
      looks('*', name(dialect), name(duckdb));
      return relation;
    }
    if (relation.kind === 'file') return relation;
    const own = (which: 'first' | 'second') =>
      `(\n${side(relation.sql, which).replace(/[\s;]+$/, '')}\n) AS described`;
    looks('*', own('first'), own('second'));
    return { ...relation, sql: side(relation.sql, 'first') };
  };
  return {
    ...statements,
    query: (sql) => statements.query(said(sql)),
    stream: (sql, options) => statements.stream(said(sql), options),
    execute: (sql) => statements.execute(said(sql)),
    async writeRows(table, columns, rows) {
      const [first, second] = [side(table, 'first'), side(table, 'second')];
      const list = (of: Dialect): string => columns.map(of.quote).join(', ');
      standIn.know(
        `SELECT ${list(dialect)} FROM ${first} LIMIT 0`,
        `SELECT ${list(duckdb)} FROM ${second} LIMIT 0`,
      );
      await statements.writeRows(first, columns, rows);
    },
    describe: (relation) => statements.describe(looked(relation)),
    analyze: (table) => statements.analyze(side(table, 'first')),
    estimate: (sql) => statements.estimate(said(sql)),
    labelled: (label) => pairedStatements(statements.labelled(label), dialect, standIn),
  };
}
