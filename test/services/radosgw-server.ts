/** A real S3 store for one test file: Ceph's gateway before one monitor and one daemon that keeps objects in memory. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AwsV4Signer } from 'aws4fetch';
import { freePort } from '../free-port.ts';
import type { Shelf } from '../run-reader.ts';

export interface Key {
  readonly id: string;
  readonly secret: string;
}

export interface Radosgw {
  readonly url: string;
  /** Of the user who owns the buckets. */
  readonly owner: Key;
  addUser(name: string): Promise<Key>;
  /** A request of the owner's; throws unless it is answered by 2xx. */
  request(method: string, path: string, body?: string): Promise<Response>;
  /** All objects of a bucket below a prefix, by pages of its lists. */
  shelf(bucket: string, prefix: string): Promise<Shelf>;
  stop(): Promise<void>;
}

const call = promisify(execFile);

export async function startRadosgw(): Promise<Radosgw> {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-radosgw-'));
  const [monitorPort, port] = [await freePort(), await freePort()];
  const daemons: ChildProcess[] = [];
  const conf = join(folder, 'ceph.conf');
  const daemon = (program: string, ...args: string[]): void =>
    void daemons.push(spawn(program, ['-c', conf, ...args, '-f'], { stdio: 'ignore' }));
  const url = `http://127.0.0.1:${port}`;
  const addUser = (name: string) => newUser(conf, name);
  const stop = async (): Promise<void> => {
    for (const each of daemons) {
      const ended = new Promise((resolve) => each.once('exit', resolve));
      each.kill('SIGKILL');
      if (each.exitCode === null && each.signalCode === null) await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await writeFile(conf, settings(folder, monitorPort, port));
    await startStore(folder, conf, monitorPort, daemon);
    daemon('radosgw', '-n', 'client.admin');
    const owner = await addUser('owner');
    await isListening(url);
    const request = requestOf(url, owner);
    return {
      url,
      owner,
      addUser,
      request,
      stop,
      shelf: (bucket, prefix) => shelfOf(request, bucket, prefix),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Without authentication among its parts: the gateway alone asks its users for theirs. */
function settings(folder: string, monitorPort: number, port: number): string {
  return `[global]
fsid = ${randomUUID()}
mon host = v2:127.0.0.1:${monitorPort}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms mon service mode = crc
ms mon cluster mode = crc
ms bind ipv6 = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 1073741824
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
mon data avail warn = 1
mon data = ${folder}/mon
osd data = ${folder}/osd
keyring = ${folder}/keyring
run dir = ${folder}
pid file = ${folder}/$name.pid
admin socket = ${folder}/$name.asok
log file = ${folder}/$name.log
rgw frontends = beast endpoint=127.0.0.1:${port}
`;
}

async function startStore(
  folder: string,
  conf: string,
  monitorPort: number,
  daemon: (program: string, ...args: string[]) => void,
): Promise<void> {
  const ceph = (...args: string[]) => call('ceph', ['-c', conf, ...args]);
  const map = join(folder, 'monmap');
  const id = randomUUID();
  await mkdir(join(folder, 'mon'));
  await mkdir(join(folder, 'osd'));
  const keyring = join(folder, 'keyring');
  await call('ceph-authtool', [
    '--create-keyring',
    keyring,
    '--gen-key',
    '-n',
    'mon.',
    '--cap',
    'mon',
    'allow *',
  ]);
  await call('ceph-authtool', [
    ...[keyring, '--gen-key', '-n', 'client.admin'],
    ...['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *'],
  ]);
  await call('monmaptool', ['--create', '--addv', 'a', `[v2:127.0.0.1:${monitorPort}]`, map]);
  await call('ceph-mon', ['-c', conf, '-i', 'a', '--mkfs', '--monmap', map, '--keyring', keyring]);
  daemon('ceph-mon', '-i', 'a');
  await ceph('osd', 'new', id, '0');
  await ceph('osd', 'crush', 'add', 'osd.0', '1', 'root=default', 'host=localhost');
  await call('ceph-osd', ['-c', conf, '-i', '0', '--mkfs', '--osd-uuid', id]);
  daemon('ceph-osd', '-i', '0');
}

async function newUser(conf: string, name: string): Promise<Key> {
  const key = { id: `KEY${name.toUpperCase()}`, secret: `secret/of+${name}` };
  await call('radosgw-admin', [
    ...['-c', conf, 'user', 'create', '--uid', name, '--display-name', name],
    ...['--access-key', key.id, '--secret', key.secret],
  ]);
  return key;
}

async function isListening(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
  throw new Error('radosgw does not answer');
}

function requestOf(url: string, { id, secret }: Key): Radosgw['request'] {
  return async (method, path, body = '') => {
    const signer = new AwsV4Signer({
      ...{
        method,
        url: url + path,
        service: 's3',
        region: 'default',
        accessKeyId: id,
        secretAccessKey: secret,
      },
      headers: { 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') },
    });
    const { headers } = await signer.sign();
    const answer = await fetch(url + path, { method, headers, ...(method === 'GET' ? {} : { body }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
}

async function shelfOf(request: Radosgw['request'], bucket: string, prefix: string): Promise<Shelf> {
  const objects = new Map<string, Buffer>();
  for (let next: string | undefined = ''; next !== undefined; ) {
    const from: string = next === '' ? '' : `&continuation-token=${encodeURIComponent(next)}`;
    const text = await (
      await request('GET', `/${bucket}?list-type=2&max-keys=3&prefix=${encodeURIComponent(prefix)}${from}`)
    ).text();
    for (const [, key] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) {
      const path = key!.split('/').map(encodeURIComponent).join('/');
      const answer = await request('GET', `/${bucket}/${path}`);
      objects.set(key!, Buffer.from(await answer.arrayBuffer()));
    }
    next = /<NextContinuationToken>([^<]*)</.exec(text)?.[1];
  }
  return {
    list: (folder) => [...objects.keys()].filter((key) => folder === '' || key.startsWith(`${folder}/`)),
    read: (path) => objects.get(path),
  };
}
