/**
 * Tables that tell of their changes: a trigger on each notifies a channel, once a transaction however many rows it
 * changes. The trigger's function lives in the schema of the state, so that dropping that takes the triggers along.
 */
import type { Row, Wake } from '../warehouse.ts';
import { nameLiteral } from './describe.ts';
import { dialect } from './dialect.ts';
import { failureOf } from './failure.ts';
import type { Connection, Pool } from './pool.ts';

/** All projects of a database share it: one that is woken for nothing only looks. */
const CHANNEL = 'segsync_wake';
const NAME = 'segsync_wake';

export function wakeOn(pool: Pool, query: (sql: string) => Promise<Row[]>): Wake {
  return {
    listen: (on) => listen(pool, on),
    async missing(relations, schema) {
      const tables = relations.flatMap(({ relation }, position) =>
        relation.kind === 'table' ? [`(${position}, ${nameLiteral(relation.parts)})`] : [],
      );
      if (tables.length === 0) return relations.map((each) => ({ ...each, statements: [] }));
      const rows = await query(
        "SELECT w.position, quote_ident(s.nspname) || '.' || quote_ident(c.relname) AS name," +
          " c.relkind IN ('r', 'p') AS can, EXISTS (SELECT 1 FROM pg_catalog.pg_trigger AS t" +
          ` WHERE t.tgrelid = c.oid AND t.tgname = ${literal(NAME)} AND t.tgenabled <> 'D') AS told,` +
          ` to_regnamespace(${nameLiteral([schema])}) IS NOT NULL AS made, quote_ident(current_user) AS role, quote_ident(pg_get_userbyid(c.relowner)) AS owner` +
          ` FROM (VALUES ${tables.join(', ')}) AS w (position, name)` +
          ' JOIN pg_catalog.pg_class AS c ON c.oid = to_regclass(w.name)' +
          ' JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace ORDER BY w.position',
      );
      const found = new Map(rows.map((row) => [Number(row.position), row]));
      return relations.flatMap((each, position) => {
        const row = found.get(position);
        if (row?.told === 'true') return [];
        return [{ ...each, statements: row?.can === 'true' ? triggerOn(row, schema) : [] }];
      });
    },
  };
}

/**
 * Names in `row` are quoted. Before the first run, the schema of the state is made for the role that will fill it. Who
 * owns the table may be another one, and has to see the function.
 */
function triggerOn({ name: table, made, role, owner }: Row, schema: string): string[] {
  const fn = `${dialect.quote(schema)}.${dialect.quote(NAME)}`;
  return [
    ...(made === 'true'
      ? []
      : [`CREATE SCHEMA IF NOT EXISTS ${dialect.quote(schema)} AUTHORIZATION ${role}`]),
    `CREATE OR REPLACE FUNCTION ${fn}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NOTIFY ${CHANNEL}; RETURN NULL; END'`,
    ...(owner === role ? [] : [`GRANT USAGE ON SCHEMA ${dialect.quote(schema)} TO ${owner}`]),
    `CREATE TRIGGER ${dialect.quote(NAME)} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION ${fn}()`,
  ];
}

/** Over a connection of its own, that is closed and not given to anybody else. */
async function listen(pool: Pool, on: Parameters<Wake['listen']>[0]): Promise<() => Promise<void>> {
  const connection: Connection = await pool.open().catch((error) => {
    throw failureOf(error);
  });
  let isOver = false;
  const end = (): void => {
    if (!isOver) on.end();
    isOver = true;
  };
  connection.on('notification', () => on.change());
  connection.on('error', end);
  connection.on('end', end);
  try {
    await connection.query(`LISTEN ${CHANNEL}`);
  } catch (error) {
    isOver = true;
    await connection.end().catch(() => undefined);
    throw failureOf(error);
  }
  return async () => {
    isOver = true;
    await connection.end();
  };
}

function literal(of: string): string {
  return dialect.literal({ type: 'text', text: of });
}
