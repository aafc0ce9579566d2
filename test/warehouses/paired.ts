/**
 * A warehouse whose statements are made in two dialects at once: the first is what its own session sends, over its
 * official client, to the double; the second is made known to what stands behind that.
 */
import type { Relation } from '../../src/config/project.ts';
import type { Dialect } from '../../src/warehouse/dialect.ts';
import { dialect as duckdb } from '../../src/warehouse/duckdb/dialect.ts';
import { layout as duckdbLayout } from '../../src/warehouse/duckdb/layout.ts';
import type { Layout } from '../../src/warehouse/layout.ts';
import type { Session, Statements, TransactionOptions, Warehouse } from '../../src/warehouse/warehouse.ts';
import { both, layoutsOf, pairOf, side } from './pair.ts';

import type { Knowing } from './told.ts';

/** What stands behind a double: its dialect, and the layouts of both. */
export interface Behind {
  readonly dialect: Dialect;
  readonly layout: Layout;
}

/** `standInOf`: a target's options -> what stands behind the double that they lead to. */
export function pairedWarehouse(
  warehouse: Warehouse,
  standInOf: (options: Readonly<Record<string, unknown>>) => Knowing,
  behind: Behind = { dialect: duckdb, layout: layoutsOf(warehouse.layout, sliced(warehouse, duckdbLayout)) },
): Warehouse {
  const dialects = { first: warehouse.dialect, second: behind.dialect };
  return {
    ...warehouse,
    dialect: pairOf(dialects.first, dialects.second),
    layout: behind.layout,
    connect: async (request) =>
      pairedSession(await warehouse.connect(request), dialects, standInOf(request.options)),
  };
}

/** With the column that slices are told by. */
function sliced({ capabilities }: Warehouse, layout: Layout): Layout {
  if (!capabilities.slicedState) return layout;
  return (schema, table) =>
    layout(schema, table.slicedBy ? { ...table, columns: [...table.columns, ['slice', 'integer']] } : table);
}

interface Dialects {
  readonly first: Dialect;
  readonly second: Dialect;
}

function pairedSession(session: Session, dialects: Dialects, standIn: Knowing): Session {
  const pairedOptions = (options: TransactionOptions = {}): TransactionOptions => {
    const { before, ...others } = options;
    if (!before) return others;
    return { ...others, before: (statements) => before(pairedStatements(statements, dialects, standIn)) };
  };
  return {
    ...session,
    ...pairedStatements(session, dialects, standIn),
    transaction: (work, options) =>
      session.transaction(
        (statements) => work(pairedStatements(statements, dialects, standIn)),
        pairedOptions(options),
      ),
    scratch: (work, options) =>
      session.scratch(
        (statements) => work(pairedStatements(statements, dialects, standIn)),
        pairedOptions(options),
      ),
  };
}

function pairedStatements(statements: Statements, dialects: Dialects, standIn: Knowing): Statements {
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
      looks('*', name(dialects.first), name(dialects.second));
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
        `SELECT ${list(dialects.first)} FROM ${first} LIMIT 0`,
        `SELECT ${list(dialects.second)} FROM ${second} LIMIT 0`,
      );
      await statements.writeRows(first, columns, rows);
    },
    describe: (relation) => statements.describe(looked(relation)),
    analyze: (table) => statements.analyze(side(table, 'first')),
    async capture(relations, as, apart) {
      const told = await statements.capture(relations, as, apart);
      return Promise.all(
        told.map(async (each) => {
          const own = each.feed === undefined ? undefined : await standIn.feed?.(each.feed);
          return own === undefined ? each : { ...each, feed: both(each.feed!, own) };
        }),
      );
    },
    estimate: (sql) => statements.estimate(said(sql)),
    labelled: (label) => pairedStatements(statements.labelled(label), dialects, standIn),
  };
}
