import { execFile, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
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
  const child = spawn(process.execPath, [CLI, 'run', '--events', 'events.ndjson'], {
    cwd: folder,
    stdio: 'ignore',
  });
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

  it('stops an evaluation that takes long, and the next run does it anew', async () => {
    const slow = (rows: number): string =>
      `entity: customer\nquery: |\n  SELECT customer_id FROM shop.customers\n  WHERE (SELECT sum(a.range * b.range) FROM range(${rows}) AS a, range(${rows}) AS b) >= 0\n`;
    await using folder = await folderOf({ ...SHOP, 'segments/slow.yaml': slow(400_000) });
    const { child, ended } = started(folder.path);
    // A process that has not come so far yet would just be killed.
    await vi.waitFor(
      async () => expect(await readFile(join(folder.path, 'events.ndjson'), 'utf8')).not.toBe(''),
      {
        timeout: 30_000,
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(child.exitCode, 'the evaluation takes minutes').toBe(null);
    const asked = Date.now();
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(Date.now() - asked).toBeLessThan(20_000);
    await writeFile(join(folder.path, 'segments/slow.yaml'), slow(10));
    const { stdout, exit } = await segsync(folder.path, ['run', '--all', '--json']);
    expect(exit).toBe(0);
    const { segments } = JSON.parse(stdout) as RunReport;
    expect(segments.find(({ segment }) => segment === 'slow')).toMatchObject({ members: 1200 });
  });

  it('gives up requests that get no answer, and the next run sends them again', async () => {
    await using server = await slowServer();
    await using folder = await folderOf(hooked(server.url));
    const { child, ended } = started(folder.path);
    await Promise.race([server.asked, ended]);
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    server.answer();
    const seen = server.keys.size;
    expect(seen).toBe(50);
    const { stdout } = await segsync(folder.path, ['run', '--all', '--json']);
    const { syncs } = JSON.parse(stdout) as RunReport;
    expect(syncs.find(({ sync }) => sync === 'opted_in.hook')).toMatchObject({ delivered: { add: 600 } });
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
