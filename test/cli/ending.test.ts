import { execFile, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, CLI, folderOf, SHOP, segsync } from './segsync.ts';

beforeAll(build);

/** A server that holds every answer back until told; `asked` resolves upon the first request. */
async function slowServer(): Promise<
  AsyncDisposable & { url: string; asked: Promise<unknown>; answer: () => void; keys: Set<string> }
> {
  const held: ServerResponse[] = [];
  const keys = new Set<string>();
  let open = false;
  const requests = new EventEmitter();
  const asked = once(requests, 'asked');
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { data } = JSON.parse(body) as { data: { changes: { key: string }[] } };
      for (const { key } of data.changes) keys.add(key);
      if (open) response.end();
      else held.push(response);
      requests.emit('asked');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    keys,
    answer() {
      open = true;
      for (const response of held.splice(0)) response.end();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const hooked = (url: string): Record<string, string> => ({
  ...SHOP,
  'segments/opted_in.yaml': SHOP['segments/opted_in.yaml']!.replace('to: files', 'to: hook'),
  'destinations/hook.yaml': `type: webhook\nurl: ${url}\nallow_private_address: true\nbatch_size: 50\nconcurrency: 1\n`,
});

function started(folder: string): { child: ReturnType<typeof spawn>; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [CLI, 'run'], { cwd: folder, stdio: 'ignore' });
  return { child, ended: once(child, 'exit').then(([code]) => code as number | null) };
}

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s lets what is in flight end, exits %i, and the next run goes on', async (signal, exit) => {
    await using server = await slowServer();
    await using folder = await folderOf(hooked(server.url));
    const { child, ended } = started(folder.path);
    await Promise.race([server.asked, ended]);
    child.kill(signal);
    setTimeout(server.answer, 200);
    expect(await ended).toBe(exit);
    expect(server.keys.size).toBeLessThan(600);
    expect((await segsync(folder.path, ['run', '--all'])).exit).toBe(0);
    expect(server.keys.size).toBe(600);
  });

  it('that comes twice ends the run at once', async () => {
    await using server = await slowServer();
    await using folder = await folderOf(hooked(server.url));
    const { child, ended } = started(folder.path);
    await Promise.race([server.asked, ended]);
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(child.exitCode).toBe(null);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});

describe('output', () => {
  it('may be closed early by who reads it', async () => {
    await using folder = await folderOf(SHOP);
    await segsync(folder.path, ['run', '-s', 'opted_in']);
    const script = `set -o pipefail; "${process.execPath}" "${CLI}" members opted_in | true`;
    const { code, stderr } = await new Promise<{ code: number; stderr: string }>((done) => {
      execFile('bash', ['-c', script], { cwd: folder.path }, (error, _, stderr) => {
        done({ code: Number(error?.code ?? 0), stderr });
      });
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('that cannot be written is an error', async () => {
    await using folder = await folderOf(SHOP);
    const script = `"${process.execPath}" "${CLI}" validate > /dev/full`;
    const { code, stderr } = await new Promise<{ code: number; stderr: string }>((done) => {
      execFile('bash', ['-c', script], { cwd: folder.path }, (error, _, stderr) => {
        done({ code: Number(error?.code ?? 0), stderr });
      });
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'error: the result could not be written (ENOSPC)\n',
    });
  });
});
