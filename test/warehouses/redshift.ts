/**
 * A double of Redshift: a real PostgreSQL behind a door that speaks its protocol, which Redshift speaks too. Each
 * statement that the client sends is replaced by what the same plan has for PostgreSQL; one that no plan made is refused.
 */
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import type { Dialect } from '../../src/warehouse/dialect.ts';
import type { Layout } from '../../src/warehouse/layout.ts';
import { dialect as postgres } from '../../src/warehouse/postgres/dialect.ts';
import { dialect as redshift } from '../../src/warehouse/redshift/dialect.ts';
import { firstBy } from '../../src/warehouse/redshift/first.ts';
import { layout as redshiftLayout } from '../../src/warehouse/redshift/layout.ts';
import type { Knowing } from './told.ts';

/** Functions that Redshift spells as PostgreSQL does not, each with why. All others run here as Redshift has them. */
export const OTHERWISE: Readonly<Partial<Record<keyof Dialect['functions'], string>>> = {
  starts_with: 'LEN is LENGTH',
  ends_with: 'LEN is LENGTH',
  contains: 'LEN is LENGTH',
  binary_order: 'the order of texts is that of the database',
  exact: 'a cast of a float keeps 15 digits in PostgreSQL',
  bucket: 'there is no STRTOL',
  micros_of: 'there is no DATEDIFF',
  add_micros: 'there is no DATEADD',
  try_uuid: 'LEN is LENGTH',
  json_text: 'JSON_EXTRACT_PATH_TEXT takes JSON, not text',
};

/** Of a function that differs by the name of another function only: the same text with that name. */
const renamed =
  (fn: keyof Dialect['functions']) =>
  (...args: string[]): string =>
    redshift.functions[fn](...args).replaceAll('LEN(', 'LENGTH(');

/** Redshift's dialect with what PostgreSQL does not have put in PostgreSQL's words. */
export const asPostgres: Dialect = {
  ...redshift,
  name: 'redshift as PostgreSQL reads it',
  functions: {
    ...redshift.functions,
    starts_with: renamed('starts_with'),
    ends_with: renamed('ends_with'),
    contains: renamed('contains'),
    try_uuid: renamed('try_uuid'),
    binary_order: postgres.functions.binary_order,
    exact: postgres.functions.exact,
    bucket: postgres.functions.bucket,
    micros_of: postgres.functions.micros_of,
    add_micros: postgres.functions.add_micros,
    json_text: (json, name) => `(CAST(${json} AS jsonb) ->> ${name})`,
  },
  firstOf: firstBy(
    (timestamp) => `CAST(extract(epoch FROM ${timestamp}) * 1000000 AS bigint)`,
    (text) => `${text} COLLATE "C"`,
  ),
};

/** Without what spreads and sorts rows. */
export const layoutAsPostgres: Layout = (schema, table) =>
  redshiftLayout(schema, table).map((each) => each.replace(/\)\n(DISTSTYLE|COMPOUND) [\s\S]*$/, ')'));

/** Statements of the adapter's own that PostgreSQL has otherwise. */
const OWN: readonly (readonly [said: RegExp, own: string])[] = [
  [
    /^SET timezone TO 'UTC'; SET datestyle TO 'ISO, YMD'; SET extra_float_digits TO 2; SET enable_case_sensitive_identifier TO true; SET query_group TO 'segsync';/,
    "SET timezone TO 'UTC'; SET datestyle TO 'ISO, YMD'; SET extra_float_digits TO 1;",
  ],
  [
    /^SELECT DATEDIFF\(microsecond, TIMESTAMP '1970-01-01 00:00:00', timezone\('UTC', timezone\('UTC', SYSDATE\)\)\) AS micros$/,
    'SELECT CAST(extract(epoch FROM now()) * 1000000 AS bigint) AS micros',
  ],
  [
    /^SELECT CAST\(tbl_rows AS BIGINT\) AS tbl_rows FROM svv_table_info WHERE "schema" = '(\w+)' AND "table" = '(\w+)'$/,
    "SELECT n_live_tup AS tbl_rows FROM pg_stat_user_tables WHERE schemaname = '$1' AND relname = '$2' AND n_live_tup > 0",
  ],
];

/** Statements of the adapter's own that both have. */
const ALIKE =
  /^(BEGIN|COMMIT|ROLLBACK|CLOSE segsync_rows|FETCH FORWARD \d+ FROM segsync_rows|SELECT version\(\) AS version|SELECT current_database\(\) AS base|SELECT pg_cancel_backend\(\d+\)|ANALYZE \S+|SELECT .* FROM pg_catalog\.pg_(class|namespace|proc) AS .*|SELECT 1 AS found FROM pg_catalog\.pg_class WHERE .*|SELECT current_user AS name, .*|SELECT has_database_privilege\(current_database\(\), 'TEMP'\) AS may)$/;

const BEFORE = /^((?:-- segsync[^\n]*\n)?(?:DECLARE segsync_rows CURSOR FOR\n|EXPLAIN\n)?)([\s\S]*)$/;

/** Taken by the next statement that `of` tells. */
export interface Fault {
  readonly of: (sql: string) => boolean;
  /** What is answered in its place. */
  readonly error?: { readonly code: string; readonly message: string; readonly detail?: string };
  /** The connection is cut before it runs. */
  readonly drop?: boolean;
  /** It is cut, but not before: the answer only is lost. */
  readonly applied?: boolean;
}

export interface Door extends Knowing {
  readonly url: string;
  readonly faults: Fault[];
  /** Every statement that arrived, in order. */
  readonly arrived: readonly string[];
  /** Connections that are open now. */
  readonly open: () => number;
  close(): Promise<void>;
}

/** A door before the server at `url`. */
export async function openDoor(url: string): Promise<Door> {
  const target = new URL(url);
  const known = new Map<string, string>();
  const arrived: string[] = [];
  const faults: Fault[] = [];
  const sockets = new Set<Socket>();
  const near = new Set<Socket>();

  const ownOf = (said: string): string | undefined => {
    const [, before, text] = BEFORE.exec(said)!;
    const own = known.get(text!);
    if (own !== undefined) return before + own;
    if (ALIKE.test(text!)) return said;
    const rewritten = OWN.find(([pattern]) => pattern.test(text!));
    if (rewritten) return before + text!.replace(rewritten[0], rewritten[1]);
    return inserted(known, text!);
  };
  const server = createServer((client) => {
    const far = dial(Number(target.port), target.hostname);
    near.add(client);
    client.on('close', () => {
      near.delete(client);
      far.destroy();
    });
    far.on('close', () => client.destroy());
    for (const socket of [client, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    far.pipe(client);
    const replace = (type: string, sql: string): string => {
      arrived.push(sql);
      const at = faults.findIndex(({ of }) => of(sql));
      const fault = at < 0 ? undefined : faults.splice(at, 1)[0];
      if (fault?.drop) {
        far.unpipe(client);
        if (!fault.applied) far.destroy();
        far.once('data', () => client.destroy()).resume();
      }
      if (fault?.error) return raising(fault.error);
      const own = ownOf(sql);
      return own ?? raising({ code: 'XX000', message: `no plan made this statement (${type})`, detail: sql });
    };
    client.on(
      'data',
      (() => {
        const read = reader(replace);
        return (piece: Buffer) => void far.write(read(piece));
      })(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = new URL(url);
  address.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: address.toString(),
    faults,
    arrived,
    open: () => near.size,
    know: (text, own) => void known.set(text, own),
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}

/** Rows that the adapter writes: into a table whose columns it was asked to look at before. */
function inserted(known: ReadonlyMap<string, string>, sql: string): string | undefined {
  const [, table, columns] = /^INSERT INTO (\S+) \(([^)]*)\) VALUES\n\(/.exec(sql) ?? [];
  return table && known.has(`SELECT ${columns} FROM ${table} LIMIT 0`) ? sql : undefined;
}

/** A statement that answers with an error, as this server raises it. */
function raising(error: NonNullable<Fault['error']>): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const detail = error.detail === undefined ? '' : `, DETAIL = ${quoted(error.detail)}`;
  const body = `BEGIN RAISE USING MESSAGE = ${quoted(error.message)}, ERRCODE = ${quoted(error.code)}${detail}; END`;
  return `DO ${quoted(body)}`;
}

/**
 * Reads what a client sends and puts other statements in the place of its own. The first message has no type; after it,
 * each is a type (one byte), a length and what it says. `Q` is a statement, `P` a prepared one's name, then its text, then
 * what its parameters are.
 */
function reader(replace: (type: string, sql: string) => string): (piece: Buffer) => Buffer {
  let rest = Buffer.alloc(0);
  let begun = false;
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    const out: Buffer[] = [];
    for (;;) {
      const typed = begun ? 1 : 0;
      if (rest.length < typed + 4) break;
      const end = typed + rest.readInt32BE(typed);
      if (rest.length < end) break;
      const type = begun ? String.fromCharCode(rest[0]!) : '';
      const message = rest.subarray(0, end);
      begun = true;
      rest = rest.subarray(end);
      out.push(type === 'Q' || type === 'P' ? rewritten(type, message, replace) : message);
    }
    return Buffer.concat(out);
  };
}

function rewritten(type: string, message: Buffer, replace: (type: string, sql: string) => string): Buffer {
  const from = type === 'P' ? message.indexOf(0, 5) + 1 : 5;
  const to = message.indexOf(0, from);
  const own = Buffer.from(replace(type, message.toString('utf8', from, to)));
  const body = Buffer.concat([message.subarray(5, from), own, message.subarray(to)]);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
