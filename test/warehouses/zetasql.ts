/**
 * ZetaSQL, BigQuery's own analyser, which a package brings as a server. It knows the tables that statements made before,
 * and says what is wrong with a statement as BigQuery would.
 */
import { createRequire } from 'node:module';
import type { SqlType } from '../../src/warehouse/dialect.ts';
import { freePort } from '../free-port.ts';

const PACKAGE = '@fivetrandevelopers/zetasql';

/** Kinds of statements that a run makes. The numbers are the protocol's. */
const STATEMENTS = [38, 40, 47, 48, 49, 50, 63, 64, 66, 90, 101, 157];

/** Of the types that a table of a play may have. */
const KINDS: Readonly<Partial<Record<SqlType, string>>> = {
  text: 'TYPE_STRING',
  integer: 'TYPE_INT64',
  decimal: 'TYPE_NUMERIC',
  float: 'TYPE_DOUBLE',
  boolean: 'TYPE_BOOL',
  instant: 'TYPE_TIMESTAMP',
  timestamp: 'TYPE_DATETIME',
  date: 'TYPE_DATE',
};

interface Column {
  readonly name: string;
  readonly type: object;
}

interface Catalog {
  readonly name: string;
  table: { name: string; column: Column[] }[];
  catalog: Catalog[];
}

export interface Analyser {
  /** Throws an `Error` with the analyser's words. What the statement makes or drops is known from then on. */
  analyse(sql: string): Promise<void>;
  /** As `analyse`, and nothing is remembered. */
  looks(sql: string): Promise<void>;
  /** The texts of a query's only column. Throws an `Error`. */
  evaluate(sql: string): Promise<(string | null)[]>;
  /** Makes a table known. */
  table(path: readonly string[], columns: Readonly<Record<string, SqlType>>): void;
  /** Forgets all tables. */
  forget(): void;
  /** Forgets tables without a schema: a session has ended. */
  endSession(): void;
  close(): void;
}

/** Whether the package is there, with a binary for this machine. */
export function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve(PACKAGE);
    return process.platform === 'linux' || process.platform === 'darwin';
  } catch {
    return false;
  }
}

export async function openAnalyser(): Promise<Analyser> {
  const { ZetaSQLClient, runServer, terminateServer } = await load();
  const port = await freePort();
  quietly(() => void runServer(port).catch(() => undefined));
  ZetaSQLClient.init(port);
  const client = ZetaSQLClient.getInstance();
  await client.testConnection();
  const languageOptions = await client.getLanguageOptions({ maximumFeatures: true });
  Object.assign(languageOptions, { supportedStatementKinds: STATEMENTS, productMode: 'PRODUCT_EXTERNAL' });
  const options = {
    languageOptions,
    defaultTimezone: 'UTC',
    parameterMode: 'PARAMETER_NAMED',
    queryParameters: [{ name: 'rows', type: { typeKind: 'TYPE_STRING' } }],
  };
  const root: Catalog = { name: 'play', table: [], catalog: [] };
  const look = (sqlStatement: string): Promise<Any> => {
    const simpleCatalog = { ...root, builtinFunctionOptions: { languageOptions } };
    return client.analyze({ simpleCatalog, sqlStatement, options }).catch((error: Any) => {
      throw new Error(error.details ?? error.message);
    });
  };
  return {
    async analyse(sql) {
      note(root, (await look(sql)).resolvedStatement);
    },
    async looks(sql) {
      await look(sql);
    },
    async evaluate(sql) {
      const simpleCatalog = { name: 'none', builtinFunctionOptions: { languageOptions } };
      const answer = await new Promise<Any>((done, refuse) => {
        ZetaSQLClient.API.evaluateQuery({ sql, options, simpleCatalog }, (error: Any, found: Any) =>
          error ? refuse(new Error(error.details ?? error.message)) : done(found),
        );
      });
      return answer.content.tableData.row.map(({ cell }: Any) => cell[0].stringValue ?? null);
    },
    forget() {
      root.table = [];
      root.catalog = [];
    },
    table(path, columns) {
      const column = Object.entries(columns).map(([name, type]) => ({
        name,
        type: { typeKind: KINDS[type] },
      }));
      put(root, path, column);
    },
    endSession() {
      root.table = [];
    },
    close: terminateServer,
  };
}

/** The package has types that ask for another compiler's settings. */
// biome-ignore lint/suspicious/noExplicitAny: generated from a protocol, and looked at in three places
type Any = any;

async function load(): Promise<Any> {
  const resolved = createRequire(import.meta.url).resolve(PACKAGE);
  // Its answers are trees as deep as the statement's.
  const { util, Reader } = createRequire(resolved)('protobufjs');
  util.recursionLimit = 10_000;
  Reader.recursionLimit = 10_000;
  return import(/* @vite-ignore */ PACKAGE);
}

/** Its server says on our output that it runs. */
function quietly(work: () => void): void {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((chunk: unknown, ...rest: []) =>
    /^(Running server|Server listening)/.test(String(chunk))
      ? true
      : write(chunk as string, ...rest)) as typeof write;
  work();
}

function note(root: Catalog, statement: Any): void {
  const made = statement?.resolvedCreateStatementNode;
  const table = made?.resolvedCreateTableStmtBaseNode;
  const base = table?.resolvedCreateTableAsSelectStmtNode ?? table?.resolvedCreateTableStmtNode;
  if (base) {
    const { parent } = base;
    const path: string[] = parent.parent.namePath;
    const column = parent.columnDefinitionList.map(({ name, type }: Column) => ({ name, type }));
    put(root, path, column);
  }
  const dropped: string[] | undefined = statement?.resolvedDropStmtNode?.namePath;
  if (dropped) take(root, dropped);
}

function put(catalog: Catalog, [name, ...rest]: readonly string[], column: Column[]): void {
  if (rest.length === 0) {
    take(catalog, [name!]);
    catalog.table.push({ name: name!, column });
    return;
  }
  let inner = catalog.catalog.find((each) => each.name === name);
  if (!inner) {
    inner = { name: name!, table: [], catalog: [] };
    catalog.catalog.push(inner);
  }
  put(inner, rest, column);
}

function take(catalog: Catalog, [name, ...rest]: readonly string[]): void {
  if (rest.length === 0) catalog.table = catalog.table.filter((each) => each.name !== name);
  const inner = catalog.catalog.find((each) => each.name === name);
  if (inner && rest.length > 0) take(inner, rest);
}
