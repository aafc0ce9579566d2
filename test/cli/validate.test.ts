import { beforeAll, describe, expect, it } from 'vitest';
import { build, folderOf, SHOP, segsync } from './segsync.ts';

beforeAll(build);

const BROKEN = {
  ...SHOP,
  'segments/opted_in.yaml':
    'entity: customer\ntier: hourly\nwhere: { trait: opt_in, eq: true }\nownr: growth\n',
};
const GREEN = '\u001b[32m';

describe('validate', () => {
  it('counts what it found in a valid project', async () => {
    await using folder = await folderOf(SHOP);
    const stdout = 'Valid: 3 segments, 2 syncs and 1 destination in project corner_shop.\n';
    expect(await segsync(folder.path, ['validate'])).toEqual({ stdout, stderr: '', exit: 0 });
    expect(await segsync(`${folder.path}/segments/money`, ['validate'])).toEqual({
      stdout,
      stderr: '',
      exit: 0,
    });
    expect(await segsync('/', ['validate', '--project-dir', folder.path])).toEqual({
      stdout,
      stderr: '',
      exit: 0,
    });
    expect(await segsync(folder.path, ['validate', '--quiet'])).toEqual({ stdout: '', stderr: '', exit: 0 });
  });

  it('prints the counts as JSON', async () => {
    await using folder = await folderOf(SHOP);
    const { stdout, exit } = await segsync(folder.path, ['validate', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      segments: 3,
      syncs: 2,
      destinations: 1,
      errors: [],
      warnings: [],
    });
    expect(exit).toBe(0);
  });

  it('shows a mistake at its place with a frame and the name that was meant', async () => {
    await using folder = await folderOf(BROKEN);
    const { stdout, stderr, exit } = await segsync(folder.path, ['validate']);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 78 });
    expect(stderr).toMatch(/^error\[E\d{3}\]: unknown key `ownr`/);
    expect(stderr).toContain('  --> segments/opted_in.yaml:4:1\n');
    expect(stderr).toContain('> 4 | ownr: growth\n    | ^^^^');
    expect(stderr).toContain('  hint: did you mean `owner`?\n');
  });

  it('gives the same mistake as JSON on stdout', async () => {
    await using folder = await folderOf(BROKEN);
    const { stdout, stderr, exit } = await segsync(folder.path, ['validate', '--json']);
    const { version, errors } = JSON.parse(stdout);
    expect({ version, stderr, exit, errors: errors.length }).toEqual({
      version: 1,
      stderr: '',
      exit: 78,
      errors: 1,
    });
    expect(errors[0]).toMatchObject({ file: 'segments/opted_in.yaml', line: 4, column: 1 });
    expect(Object.keys(errors[0]).sort()).toEqual(['code', 'column', 'file', 'hint', 'line', 'message']);
  });

  it('annotates it for GitHub Actions, below the repository’s root', async () => {
    await using folder = await folderOf(
      Object.fromEntries(Object.entries(BROKEN).map(([name, text]) => [`marketing/${name}`, text])),
    );
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: folder.path };
    const { stderr } = await segsync(`${folder.path}/marketing`, ['validate'], env);
    const annotations = stderr.split('\n').filter((line) => line.startsWith('::'));
    expect(annotations).toHaveLength(1);
    expect(annotations[0]).toMatch(
      /^::error file=marketing\/segments\/opted_in\.yaml,line=4,col=1,title=E\d{3}::unknown key `ownr`%0Ahint: /,
    );
  });

  it('tells several mistakes in one go', async () => {
    await using folder = await folderOf({
      ...BROKEN,
      'segments/buyers.yaml': 'entity: custmer\ntier: daily\nwhere:\n  did: orders\n',
    });
    const { stderr, exit } = await segsync(folder.path, ['validate']);
    expect(exit).toBe(78);
    expect(stderr).toContain('segments/opted_in.yaml:4:1');
    expect(stderr).toContain('segments/buyers.yaml:1:9');
    expect(stderr).toMatch(/\n\n2 errors\n$/);
  });

  it('names broken YAML by its place', async () => {
    await using folder = await folderOf({
      ...SHOP,
      'segments/buyers.yaml': 'entity: [customer\ntier: daily\n',
    });
    const { stdout, stderr, exit } = await segsync(folder.path, ['validate']);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 78 });
    expect(stderr).toMatch(/--> segments\/buyers\.yaml:\d+:\d+\n/);
    expect(stderr).not.toContain('    at ');
  });

  it('says where it looked when there is no project', async () => {
    await using folder = await folderOf({});
    const { stdout, stderr, exit } = await segsync(folder.path, ['validate']);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 78 });
    expect(stderr).toContain(`no segsync.yaml in ${folder.path}`);
  });

  const DOUBTFUL = {
    ...SHOP,
    'segments/buyers.yaml':
      'entity: customer\nwhere:\n  all:\n    - { did: orders, within: 7d }\n    - { did_not: orders, within: 30d }\n',
    'segments/lapsed.yaml':
      'entity: customer\nwhere:\n  any:\n    - { did: orders, older_than: 30d }\n    - { has: orders, older_than: 60d }\n',
  };

  it('warns of what can hardly be meant, and finds the project valid', async () => {
    await using folder = await folderOf(DOUBTFUL);
    const { stdout, stderr, exit } = await segsync(folder.path, ['validate']);
    expect({ stdout, exit }).toEqual({
      stdout: 'Valid, with 2 warnings: 4 segments, 1 sync and 1 destination in project corner_shop.\n',
      exit: 0,
    });
    expect(stderr).toContain(
      'warning[W202]: segment `buyers` can never hold for anybody: this contradicts the condition in line 4\n  --> segments/buyers.yaml:5:18\n',
    );
    expect(stderr).toContain('warning[W206]: this is true for whoever did `orders` 30d ago or earlier');
    expect(stderr).toContain('all: [{ did: orders }, { did_not: orders, within: 30d }]');
    expect(stderr).not.toContain('60d ago');
    const quiet = await segsync(folder.path, ['validate', '--quiet']);
    expect(quiet).toEqual({ stdout: '', stderr: '', exit: 0 });
  });

  it('gives warnings and errors as one JSON document, and as annotations', async () => {
    await using folder = await folderOf({
      ...DOUBTFUL,
      'segments/fast.yaml':
        'entity: customer\ntier: realtime\nwhere: { sql: "entity.opt_in AND now() > :T" }\n',
    });
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: folder.path };
    const { stdout, stderr, exit } = await segsync(folder.path, ['validate', '--json'], env);
    const { errors, warnings } = JSON.parse(stdout);
    expect(exit).toBe(78);
    expect(errors).toEqual([
      {
        code: 'E217',
        message:
          'segment `fast` would evaluate everyone at every tick, and its tier `realtime` ticks more often than hourly',
        file: 'segments/fast.yaml',
        line: 1,
        column: 1,
        hint: 'its `sql:` depends on now(), whose edges cannot be seen; choose a slower tier, or say `allow_full: true`',
      },
    ]);
    expect(warnings.map(({ code }: { code: string }) => code)).toEqual(['W202', 'W206']);
    expect(stderr.match(/^::(error|warning) file=segments\//gm)).toHaveLength(3);
  });

  it.each([
    ['a `query:` segment', 'query: SELECT customer_id FROM shop.customers\n'],
    ['a subquery', 'where: { sql: "EXISTS (SELECT 1 FROM shop.orders)" }\n'],
    ['a table without cursor', 'where: { has: plain }\n'],
    ['a table that is a query', 'where: { has: asked }\n'],
  ])('refuses what would be full at every tick of a fast tier: %s', async (_, where) => {
    const sources =
      '    sources:\n      plain: { table: shop.orders, key: customer_id }\n      asked: { query: "SELECT * FROM shop.orders", key: customer_id, cursor: ordered_at }\n';
    const project = SHOP['segsync.yaml']!.replace('    sources:\n', sources);
    const text = (more: string) => `entity: customer\ntier: frequent\n${more}${where}`;
    await using folder = await folderOf({ ...SHOP, 'segsync.yaml': project, 'segments/fast.yaml': text('') });
    const { stderr, exit } = await segsync(folder.path, ['validate']);
    expect(exit).toBe(78);
    expect(stderr).toMatch(/^error\[E217\]: segment `fast` would evaluate everyone/);
    await using meant = await folderOf({
      ...{ ...SHOP, 'segsync.yaml': project },
      'segments/fast.yaml': text('allow_full: true\n'),
    });
    expect(await segsync(meant.path, ['validate'])).toMatchObject({ stderr: '', exit: 0 });
  });

  it('refuses a target that the project lacks', async () => {
    await using folder = await folderOf(SHOP);
    for (const verb of ['run', 'plan', 'compile', 'validate']) {
      const { stdout, stderr, exit } = await segsync(folder.path, [verb, '-t', 'othre']);
      expect({ stdout, exit }).toEqual({ stdout: '', exit: 78 });
      expect(stderr).toMatch(/^error\[E\d+\]: .*othre/);
    }
  });
});

describe('colour', () => {
  it.each([
    ['no terminal', {}, [], false],
    ['FORCE_COLOR', { FORCE_COLOR: '1' }, [], true],
    ['FORCE_COLOR before NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, [], true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, [], false],
    ['--no-color before FORCE_COLOR', { FORCE_COLOR: '1' }, ['--no-color'], false],
    ['--color before NO_COLOR', { NO_COLOR: '1' }, ['--color'], true],
  ] as const)('%s', async (_, env, flags, colored) => {
    await using folder = await folderOf(SHOP);
    const { stdout } = await segsync(folder.path, ['validate', ...flags], env);
    expect(stdout.startsWith(`${GREEN}Valid`)).toBe(colored);
    expect(stdout.includes('\u001b')).toBe(colored);
  });
});
