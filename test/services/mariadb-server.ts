/** A real MariaDB server for one test file, in a temporary folder. */
import { execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { freePort } from '../free-port.ts';

export interface MariadbServer {
  readonly port: number;
  /** As root. */
  query(sql: string, database?: string): Promise<Record<string, string>[]>;
  stop(): Promise<void>;
}

const call = promisify(execFile);

export async function startMariadb(): Promise<MariadbServer> {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-mariadb-'));
  const user = await ownerOf(folder);
  const data = join(folder, 'data');
  const common = ['--no-defaults', `--datadir=${data}`, `--user=${user}`];
  const authentication = '--auth-root-authentication-method=normal';
  await call('mariadb-install-db', [...common, authentication, '--skip-test-db']);
  const port = await freePort();
  const server = spawn('mariadbd', [
    ...[...common, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`],
    ...['--innodb-flush-log-at-trx-commit=0', '--skip-log-bin', '--sql-mode=', '--skip-name-resolve'],
  ]);
  const ended = new Promise((resolve) => server.once('exit', resolve));
  await isListening(port);
  return {
    port,
    async query(sql, database) {
      const connection = await createConnection({
        ...{ host: '127.0.0.1', port, user: 'root', charset: 'utf8mb4' },
        ...(database === undefined ? {} : { database }),
      });
      try {
        const [rows] = await connection.query<RowDataPacket[]>(sql);
        return (Array.isArray(rows) ? rows : []).map((row) => ({ ...row }));
      } finally {
        await connection.end();
      }
    },
    async stop() {
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Started by root, the server runs as the user that its package makes. */
async function ownerOf(folder: string): Promise<string> {
  if (process.getuid?.() !== 0) return userInfo().username;
  const ids = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await call('id', [flag, 'mysql'])).stdout)),
  );
  await chown(folder, ids[0]!, ids[1]!);
  return 'mysql';
}

async function isListening(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== undefined));
      socket.on('error', () => resolve(false));
    });
    if (isUp) return;
    await sleep(100);
  }
  throw new Error('mariadbd does not listen');
}
