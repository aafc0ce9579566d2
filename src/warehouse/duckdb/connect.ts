/** Opens a database file, making it first where it is missing. */
import { basename, isAbsolute, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DiagnosedError, diagnose, fail } from '../../diagnostics/diagnostic.ts';
import type { ConnectOptions, Session } from '../warehouse.ts';
import { Connections, openShared } from './database.ts';
import { dialect } from './dialect.ts';
import { DuckDBInstance } from './driver.ts';
import { withoutValues } from './failure.ts';
import type { Options } from './index.ts';
import { fillFrom, makeDatabase } from './make.ts';
import { sessionOn } from './session.ts';

/** What a path begins with that is no file: whoever opens the same one in this process shares it. */
const MEMORY = ':memory:';

/** Throws E304 (75) when another process has the file, E305 when it is no database, E306 when `init` fails. */
export async function connect(request: ConnectOptions, options: Options): Promise<Session> {
  const path = absolute(request.root, options.path);
  const init = options.init === undefined ? undefined : absolute(request.root, options.init);
  const settings = settingsOf(options);
  const { world } = request;
  if (options.path.startsWith(MEMORY)) {
    const { instance, release } = await openShared(options.path, () =>
      DuckDBInstance.create(':memory:', settings),
    );
    return start(request, options.path, instance, release);
  }
  if (request.access === 'read' && !world.files.exists(path)) {
    const instance = await DuckDBInstance.create(':memory:', settings);
    if (init) await fillFrom(world, instance, init);
    return start(request, path, instance, () => instance.closeSync());
  }
  try {
    const { instance, release } = await openShared(path, async () => {
      if (!world.files.exists(path)) await makeDatabase(world, path, init, settings);
      return DuckDBInstance.create(path, {
        ...settings,
        ...(request.access === 'read' ? { access_mode: 'READ_ONLY' } : {}),
      });
    });
    return await start(request, path, instance, release);
  } catch (error) {
    throw openingError(path, error);
  }
}

async function start(
  request: ConnectOptions,
  path: string,
  instance: DuckDBInstance,
  release: () => void,
): Promise<Session> {
  const connection = await instance.connect();
  await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
  try {
    await refuseAmbiguity(connection, path);
  } catch (error) {
    release();
    throw error;
  } finally {
    connection.closeSync();
  }
  return sessionOn(request.world, new Connections(instance), path, release);
}

/** A file's name is its catalog's: `shop.orders` could mean either once a schema has that name too. Throws E311. */
async function refuseAmbiguity(connection: DuckDBConnection, path: string): Promise<void> {
  const catalog = dialect.literal({ type: 'text', text: basename(path).split('.', 1)[0]! });
  const reader = await connection.runAndReadAll(
    `SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND lower(schema_name) = lower(${catalog})`,
  );
  const [row] = reader.getRows();
  if (row) fail('E311', { path, schema: String(row[0]) });
}

function settingsOf(options: Options): Record<string, string> {
  return {
    ...(options.memory_limit === undefined ? {} : { memory_limit: options.memory_limit }),
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
  };
}

function absolute(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}

function openingError(path: string, error: unknown): unknown {
  if (error instanceof DiagnosedError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const holder = /PID \d+/.exec(text)?.[0];
  const diagnostic = /Could not set lock/.test(text)
    ? diagnose('E304', { path, ...(holder ? { holder } : {}) })
    : diagnose('E305', { path, detail: withoutValues(text) });
  return new DiagnosedError([diagnostic]);
}
