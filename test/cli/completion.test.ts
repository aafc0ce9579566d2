/** Completion: what the program answers, and what real shells make of it. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { declaredProgram } from '../../src/commands/program.ts';
import { SHELLS } from '../../src/completion/shells.ts';
import { realWorld } from '../../src/world.ts';
import { build, CLI, folderOf, SHOP, segsync } from './segsync.ts';

beforeAll(build);

/** The answers, without what they are. */
async function answers(...words: string[]): Promise<string[]> {
  await using folder = await folderOf(SHOP);
  const { stdout, stderr, exit } = await segsync(folder.path, ['complete', '--', ...words]);
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0]!);
}

describe('the program answers with', () => {
  it('every command that help lists, and what it does', async () => {
    const help = (await segsync('/', ['--help'])).stdout;
    const listed = [...help.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name);
    const commands = await answers('');
    expect(commands).toEqual(expect.arrayContaining(['init', 'plan', 'run', 'completion']));
    expect([...commands].sort()).toEqual(listed.filter((name) => name !== 'segsync').sort());
    const { stdout } = await segsync('/', ['complete', '--', 'pla']);
    expect(stdout).toBe('plan\tshow what a run would do, and change nothing\n');
  });

  it('every option of every command, by its declaration', async () => {
    const world = realWorld();
    for (const { name } of (await declaredProgram(world)).commands.map((each) => ({ name: each.name() }))) {
      const command = (await declaredProgram(world, name)).commands.find((each) => each.name() === name)!;
      const declared = command.options.map(({ long }) => long);
      expect(await answers(name, '--')).toEqual([...declared, '--help']);
    }
  });

  it.each<[string[], string[]]>([
    [
      ['members', ''],
      ['opted_in', 'buyers', 'big_spenders'],
    ],
    [['members', 'buyers', ''], []],
    [
      ['members', '--format', ''],
      ['plain', 'csv', 'json'],
    ],
    [['members', '--key', ''], []],
    [['compile', 'buyers', 'opt'], ['opted_in']],
    [
      ['pause', ''],
      ['opted_in.files', 'buyers.files'],
    ],
    [['run', '--allow-removal', 'buyers.files', 'o'], ['opted_in.files']],
    [
      ['plan', '-t', ''],
      ['dev', 'other'],
    ],
    [['--target', 'o'], ['other']],
    [['-t', 'dev', 'his'], ['history']],
    [['plan', '--target=d'], ['--target=dev']],
    [['plan', '--tier', 'h'], ['hourly']],
    [['run', '--select', 'big'], ['big_spenders']],
    [['run', '-s', 'tag:'], ['tag:consent']],
    [['run', '-s', 'dest:'], ['dest:files']],
    [['run', '-s', 'tier:d'], ['tier:daily']],
    [
      ['run', '-s', 'path:segments/m'],
      ['path:segments/money', 'path:segments/money/big_spenders.yaml'],
    ],
    [['run', '-s', 'buyers', 'tag:consent,dest:f'], ['tag:consent,dest:files']],
    [
      ['run', '--exclude', 't'],
      ['tag:', 'tier:'],
    ],
    [['compile', '--dialect', 'post'], ['postgres']],
    [['init', '--warehouse', 'post'], ['postgres']],
    [['destinations', 'webh'], ['webhook']],
    [['schema', 's'], ['segment']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['forget', '42', '--entity', ''], ['customer']],
    [['run', '--events', ''], [':files']],
    [['init', ''], [':folders']],
    [['run', '--wait', ''], []],
    [['nosuch', ''], []],
    [['run', '--nosuch=x'], []],
  ])('%j: %j', async (words, expected) => {
    const found = await answers(...words);
    expect([...found].sort()).toEqual([...expected].sort());
  });

  it('a segment by the name that its file says, and otherwise by that of its file', async () => {
    await using folder = await folderOf({
      'segsync.yaml': '',
      'segments/a.yaml': 'name: "other"  # x\n',
      'segments/b.yml': '',
    });
    const { stdout } = await segsync(folder.path, ['complete', '--', 'members', '']);
    expect(stdout).toBe('other\nb\n');
  });

  it('nothing of an option that is typed already, unless it takes several', async () => {
    const found = await answers('run', '--full', '-s', 'buyers', '--json', '--');
    expect(found).not.toContain('--full');
    expect(found).not.toContain('--json');
    expect(found).toContain('--select');
  });

  it('what can be read of a project with broken files, and nothing outside of one', async () => {
    await using folder = await folderOf({
      ...SHOP,
      'segments/broken.yaml': 'a: [',
      'destinations/b.yaml': '\0',
    });
    const inside = await segsync(folder.path, ['complete', '--', 'members', 'b']);
    expect(inside.stdout.split('\n').sort()).toEqual(['', 'big_spenders', 'broken', 'buyers']);
    expect(inside.stderr).toBe('');
    expect(await segsync('/', ['complete', '--', 'members', ''])).toEqual({
      stdout: '',
      stderr: '',
      exit: 0,
    });
    const elsewhere = await segsync('/', ['complete', '--', 'members', '--project-dir', folder.path, 'op']);
    expect(elsewhere.stdout).toBe('opted_in\n');
  });

  it('names without loading a driver of a warehouse', async () => {
    await using folder = await folderOf(SHOP);
    const trace = `process.on('exit', () => process.stderr.write(Object.keys(process.report.getReport().sharedObjects).map((at) => process.report.getReport().sharedObjects[at]).join('\\n')))`;
    writeFileSync(join(folder.path, 'trace.cjs'), trace);
    const args = ['--require', join(folder.path, 'trace.cjs'), CLI, 'complete', '--', 'run', '-s', ''];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder.path });
    expect(stdout).toContain('buyers');
    expect(stderr).not.toMatch(/duckdb|snowflake/);
  });
});

/** The shell's program, if it is installed. */
function installed(shell: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${shell}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** A shop in whose folder the shells find `segsync`, as users have it. */
async function shopWithProgram() {
  const folder = await folderOf(SHOP);
  const program = join(folder.path, 'bin/segsync');
  await promisify(execFile)('mkdir', [join(folder.path, 'bin')]);
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(program, 0o755);
  const PATH = `${join(folder.path, 'bin')}${delimiter}${process.env.PATH}`;
  return { folder, env: { ...process.env, PATH, HOME: folder.path } };
}

describe.skipIf(!installed('bash'))('bash', () => {
  /** What bash would put in place of the word at the end of each line. */
  async function completed(...lines: [line: string, word: string][]): Promise<string[]> {
    const { folder, env } = await shopWithProgram();
    await using _ = folder;
    const script = [
      'compopt() { :; }', // Only a completion by hand may call it.
      'source <(segsync completion bash)',
      ...lines.flatMap(([line, word]) => [
        `COMP_LINE='${line}' COMP_POINT=${line.length}`,
        `_segsync_complete segsync '${word}' ''`,
        `echo "\${COMPREPLY[*]}"`,
      ]),
    ];
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', script.join('\n')], {
      cwd: folder.path,
      env,
    });
    expect(stderr).toBe('');
    return stdout.split('\n').slice(0, -1);
  }

  it('completes commands, names and selectors, of which it keeps what stands before a colon', async () => {
    expect(
      await completed(
        ['segsync val', 'val'],
        ['segsync members b', 'b'],
        ['segsync run -s tag:c', 'c'],
        ['segsync run --select=tag:c', 'c'],
        ['segsync plan -t ', ''],
        ['segsync plan --events shop', 'shop'],
        ['segsync init seg', 'seg'],
        ['segsync nosuch ', ''],
      ),
    ).toEqual([
      'validate',
      'buyers big_spenders',
      'consent',
      'consent',
      'dev other',
      'shop.sql',
      'segments',
      '',
    ]);
  });

  it('is registered for the program', async () => {
    const { folder, env } = await shopWithProgram();
    await using _ = folder;
    const script = 'source <(segsync completion bash); complete -p segsync';
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script], { env });
    expect(stdout).toBe('complete -F _segsync_complete segsync\n');
  });
});

describe.skipIf(!installed('zsh'))('zsh', () => {
  it('reads its script', async () => {
    await using folder = await folderOf({ _segsync: (await segsync('/', ['completion', 'zsh'])).stdout });
    execFileSync('zsh', ['-n', join(folder.path, '_segsync')]);
  });
});

describe.skipIf(!installed('fish'))('fish', () => {
  it('completes commands and names', async () => {
    const { folder, env } = await shopWithProgram();
    await using _ = folder;
    const script = `segsync completion fish | source
complete -C 'segsync val'
complete -C 'segsync run -s tag:'
complete -C 'segsync members --key 1 opt'`;
    const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', script], {
      cwd: folder.path,
      env,
    });
    expect(stdout.split('\n')).toEqual([
      'validate\tcheck the whole project without a connection',
      'tag:consent',
      'opted_in',
      '',
    ]);
  });
});

describe('a script', () => {
  it.each(SHELLS)('of %s asks the program that is typed, and is silent about its errors', async (shell) => {
    const { stdout, stderr, exit } = await segsync('/', ['completion', shell]);
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
    expect(stdout).toMatch(/ complete -- .*2>\/dev\/null/);
    expect(stdout).toMatch(/:files[\s\S]*:folders/);
    // Names would be a second list.
    expect(stdout).not.toMatch(/validate|--select|destinations/);
  });

  it('there is none for another shell', async () => {
    expect(await segsync('/', ['completion', 'bsh'])).toEqual({
      stdout: '',
      stderr: 'error[E682]: there is no completion for the shell `bsh`\n  hint: did you mean `bash`?\n',
      exit: 64,
    });
  });
});
