/** The files of `examples/deploy`: what they call is there, and does what they say. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyProject, type ProjectCopy, REPOSITORY } from '../project-copy.ts';
import { build, CLI, SHOP, segsync } from './segsync.ts';

const FOLDER = join(REPOSITORY, 'examples/deploy');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const UNITS = ['segsync.service', 'segsync-run.service', 'segsync-run.timer'];

let shop: ProjectCopy;
beforeAll(async () => {
  await build();
  shop = emptyProject('data.duckdb');
  for (const [path, text] of Object.entries(SHOP)) await shop.write(path, text);
  await shop.write('segsync.yaml', SHOP['segsync.yaml']!.replace('  other:', '  prod:'));
});
afterAll(() => shop.remove());

/** What the files call: the arguments after the program. */
function calls(): Map<string, string[][]> {
  const words = (text: string): string[] => text.trim().split(/\s+/);
  const after = (text: string, program: RegExp): string[][] =>
    [...text.matchAll(program)].map(([, rest]) => words(rest!));
  const docker = instructions();
  return new Map([
    ...['segsync.service', 'segsync-run.service'].map(
      (name) => [name, after(read(name), /^ExecStart=.*cli\.js (.*)$/gm)] as const,
    ),
    ['crontab', after(read('crontab'), /bin\/segsync ([^)\n]*)/g)],
    ['Dockerfile', [json(docker, 'CMD')]],
  ]);
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

function instructions(): Instruction[] {
  const lines = read('Dockerfile')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line)!;
    return { name: name!, rest: rest! };
  });
}

function json(all: readonly Instruction[], name: string): string[] {
  return JSON.parse(all.find((each) => each.name === name)!.rest) as string[];
}

describe('commands and options', () => {
  /** Built by others of the same release: until then the resident's own are not known. */
  const RESIDENT = ['--watch', '--metrics'];

  it('every file calls the program', () => {
    expect([...calls()].map(([name, all]) => [name, all.length])).toEqual([
      ['segsync.service', 1],
      ['segsync-run.service', 1],
      ['crontab', 2],
      ['Dockerfile', 1],
    ]);
  });

  it('all exist', async () => {
    for (const [name, all] of calls()) {
      for (const [verb, ...rest] of all) {
        const { stdout, exit } = await segsync(shop.folder, [verb!, '--help']);
        expect(exit, `${name}: ${verb}`).toBe(0);
        const resident = stdout.includes('--watch') ? [] : RESIDENT;
        const options = rest.filter((word) => word.startsWith('-') && !resident.includes(word));
        expect(options.length, name).toBeGreaterThan(0);
        for (const option of options)
          expect(stdout, `${name}: ${verb} ${option}`).toMatch(new RegExp(`[ ,]${option}\\b`));
      }
    }
  });
});

describe('the crontab', () => {
  const lines = read('crontab')
    .split('\n')
    .filter((line) => line.includes('cd '));

  it.each(lines)('runs as it is written: %s', async (line) => {
    const [, when, command] = /^((?:\S+ ){5})(.*)$/.exec(line)!;
    expect(when).toMatch(/^\*(\/10)? \* \* \* \* $/);
    // cron takes these for line feeds.
    expect(command).not.toContain('%');
    mkdirSync(join(shop.folder, 'node_modules/.bin'), { recursive: true });
    writeFileSync(
      join(shop.folder, 'node_modules/.bin/segsync'),
      `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`,
      {
        mode: 0o755,
      },
    );
    const written = command!.replace('/srv/audiences', shop.folder);
    const ended = spawnSync('/bin/sh', ['-c', written], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
    expect(ended).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(existsSync(join(shop.folder, 'out/buyers.ndjson'))).toBe(true);
  });
});

describe('the units of systemd', () => {
  const KEY = /^[A-Z][A-Za-z]+=.*$/;

  it.each(UNITS)('%s is a unit, line by line', (name) => {
    const lines = read(name)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines.filter((line) => !KEY.test(line)).sort()).toEqual(
      name.endsWith('.timer')
        ? ['[Install]', '[Timer]', '[Unit]']
        : name === 'segsync.service'
          ? ['[Install]', '[Service]', '[Unit]']
          : ['[Service]', '[Unit]'],
    );
    const keys = lines.filter((line) => KEY.test(line)).map((line) => line.split('=')[0]!);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('the resident is started again, asked to end by SIGTERM, and knows its secrets from a file', () => {
    const text = read('segsync.service');
    for (const line of [
      'Type=exec',
      'Restart=always',
      'KillSignal=SIGTERM',
      'TimeoutStopSec=60s',
      'EnvironmentFile=/etc/segsync/environment',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).not.toMatch(/^MemoryDenyWriteExecute=yes/m);
  });

  it('both services are equally closed', () => {
    const closed = (name: string): string =>
      read(name).slice(read(name).indexOf('NoNewPrivileges')).split('#')[0]!;
    const own = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => KEY.test(line))
        .sort();
    const resident = own(read('segsync.service'));
    expect(own(closed('segsync-run.service')).filter((line) => !resident.includes(line))).toEqual([]);
  });

  it.skipIf(spawnSync('systemd-analyze', ['--version']).error)('pass systemd-analyze verify', () => {
    const folder = join(shop.folder, 'units');
    mkdirSync(folder);
    for (const name of UNITS) {
      writeFileSync(join(folder, name), read(name).replace('/usr/bin/node', process.execPath));
    }
    const verified = spawnSync('systemd-analyze', ['verify', ...UNITS.map((name) => `./${name}`)], {
      cwd: folder,
      encoding: 'utf8',
    });
    // It looks at the units of this machine as well.
    const own = verified.stderr.split('\n').filter((line) => UNITS.some((name) => line.includes(name)));
    expect(own).toEqual([]);
  });
});

describe('the Dockerfile', () => {
  const all = instructions();

  it('installs what is locked, as little as needed, and runs it as somebody else than root', () => {
    const names = all.map(({ name }) => name);
    expect(all[0]).toEqual({ name: 'FROM', rest: 'node:20-slim' });
    expect(all.find(({ name }) => name === 'RUN')!.rest).toMatch(/^npm ci --omit=dev\b/);
    expect(all.find(({ name }) => name === 'USER')!.rest).toBe('node');
    expect(names.lastIndexOf('COPY')).toBeLessThan(names.indexOf('USER'));
    expect(names.indexOf('USER')).toBeLessThan(names.indexOf('ENTRYPOINT'));
    expect(names).not.toContain('ADD');
    expect(all.filter(({ name }) => name === 'ARG' || name === 'ENV')).toEqual([
      { name: 'ENV', rest: 'NODE_ENV=production' },
    ]);
  });

  it('copies what a project has, by name: no `.env`, no state', () => {
    const copied = all
      .filter(({ name }) => name === 'COPY')
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(copied).toEqual(['package.json', 'package-lock.json', 'segsync.yaml', 'segments', 'destinations']);
  });

  it('lets SIGTERM reach node: in exec form, node first', () => {
    expect(json(all, 'ENTRYPOINT')).toEqual(['node', 'node_modules/segsync/dist/cli.js']);
    expect(all.find(({ name }) => name === 'STOPSIGNAL')!.rest).toBe('SIGTERM');
  });

  it('asks /healthz of the port of the metrics', async () => {
    const probe = /CMD (\[.*\])$/.exec(all.find(({ name }) => name === 'HEALTHCHECK')!.rest)![1]!;
    const [node, ...args] = JSON.parse(probe) as string[];
    expect(node).toBe('node');
    expect(json(all, 'CMD').at(-1)).toBe('0.0.0.0:9464');
    expect(all.find(({ name }) => name === 'EXPOSE')!.rest).toBe('9464');
    let status = 200;
    const asked: string[] = [];
    const server: Server = createServer((request, response) => {
      asked.push(request.url!);
      response.writeHead(status).end('{}');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const exitOf = (): Promise<number> =>
      new Promise((done) => {
        const own = args.map((text) => text.replace(':9464/', `:${port}/`));
        execFile(process.execPath, own, (error) => done(error ? Number(error.code) : 0));
      });
    expect(await exitOf()).toBe(0);
    status = 503;
    expect(await exitOf()).toBe(1);
    await new Promise((done) => server.close(done));
    expect(await exitOf()).toBe(1);
    expect(asked).toEqual(['/healthz', '/healthz']);
  });
});

it('the page names every file', () => {
  for (const name of [...UNITS, 'crontab', 'Dockerfile']) expect(read('README.md')).toContain(`\`${name}\``);
});
