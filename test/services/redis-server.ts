/** A real Redis server for one test file, in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { freePort } from '../free-port.ts';
import { cert, key } from '../unit/destination/self-signed.ts';

export interface RedisServer {
  readonly port: number;
  readonly tlsPort: number;
  /** Speaks as the server's owner. */
  readonly owner: ReturnType<typeof createClient>;
  /** It stands still, and goes on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-redis-'));
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const server = spawn('redis-server', [
    ...['--port', `${port}`, '--tls-port', `${tlsPort}`, '--bind', '127.0.0.1', '--dir', folder],
    ...['--tls-cert-file', 'cert.pem', '--tls-key-file', 'key.pem', '--tls-ca-cert-file', 'cert.pem'],
    ...['--tls-auth-clients', 'no', '--save', '', '--appendonly', 'no'],
  ]);
  await isListening(server);
  const owner = createClient({ url: `redis://127.0.0.1:${port}` });
  owner.on('error', () => {});
  await owner.connect();
  return {
    ...{ port, tlsPort, owner: owner as RedisServer['owner'] },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async stop() {
      owner.destroy();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      if (server.exitCode === null) await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isListening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`redis-server ended:\n${log}`)));
    server.stdout!.on('data', (chunk) => {
      log += String(chunk);
      if (log.includes('Ready to accept connections')) resolve();
    });
  });
}
