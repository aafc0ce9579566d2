/** The workflow for pull requests in `examples/github-actions`: its steps, run as GitHub would, against an API on loopback. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { emptyProject, type ProjectCopy, REPOSITORY } from '../project-copy.ts';
import { build, SHOP } from './segsync.ts';

interface Workflow {
  readonly on: { readonly pull_request: { readonly paths: readonly string[] } };
  readonly jobs: {
    readonly plan: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] };
  };
}

const FOLDER = join(REPOSITORY, 'examples/github-actions');
const workflow = parse(readFileSync(join(FOLDER, 'segsync-plan.yml'), 'utf8')) as Workflow;

/** What GitHub's API is to the script: the comments of one pull request, a page of 100 at a time. */
const comments: { id: number; body: string }[] = [];
let server: Server;
let shop: ProjectCopy;

beforeAll(async () => {
  await build();
  for (let id = 1; id <= 100; id++) comments.push({ id, body: 'Looks good to me' });
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const url = new URL(request.url!, 'http://localhost');
    const content = text === '' ? undefined : (JSON.parse(text) as { body: string });
    const isKnown = request.headers.authorization === 'Bearer t0ken';
    response
      .writeHead(isKnown ? 200 : 401)
      .end(JSON.stringify(isKnown ? answer(request.method!, url, content) : {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  shop = emptyProject('shop.duckdb');
  for (const [path, text] of Object.entries(SHOP)) await shop.write(path, text);
  symlinkSync(join(REPOSITORY, 'node_modules'), join(shop.folder, 'node_modules'));
  mkdirSync(join(shop.folder, '.github'));
  writeFileSync(join(shop.folder, '.github/post-plan.mjs'), readFileSync(join(FOLDER, 'post-plan.mjs')));
});
afterAll(() => {
  server.close();
  shop.remove();
});

function answer(method: string, { pathname, searchParams }: URL, content?: { body: string }): unknown {
  if (method === 'GET' && pathname === '/repos/acme/audiences/issues/7/comments') {
    const from = (Number(searchParams.get('page')) - 1) * 100;
    return comments.slice(from, from + 100);
  }
  if (method === 'POST' && pathname === '/repos/acme/audiences/issues/7/comments') {
    comments.push({ id: comments.length + 1, body: content!.body });
    return {};
  }
  const id = Number(/^\/repos\/acme\/audiences\/issues\/comments\/(\d+)$/.exec(pathname)?.[1]);
  comments.find((comment) => comment.id === id)!.body = content!.body;
  return {};
}

function step(name: string): Promise<{ exit: number; output: string }> {
  const { run } = workflow.jobs.plan.steps.find((each) => each.name === name)!;
  const env = {
    PATH: process.env.PATH,
    HOME: shop.folder,
    CI: 'true',
    TARGET: 'dev',
    GITHUB_ACTIONS: 'true',
    GITHUB_OUTPUT: join(shop.folder, 'output.txt'),
    GITHUB_WORKSPACE: shop.folder,
    GITHUB_REPOSITORY: 'acme/audiences',
    GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    GITHUB_TOKEN: 't0ken',
    PULL_REQUEST: '7',
  };
  return new Promise((done) => {
    execFile('bash', ['-e', '-c', run!], { cwd: shop.folder, env }, (error, stdout, stderr) =>
      done({ exit: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

it('plans, comments once, and brings the comment up to date', async () => {
  expect(await step('Check the project')).toMatchObject({ exit: 0 });
  const first = await step('Plan');
  expect(first.exit, first.output).toBe(0);
  expect(first.output).toContain('::notice file=segments/buyers.yaml,line=');
  expect(readFileSync(join(shop.folder, 'output.txt'), 'utf8')).toBe('exit=0\n');
  expect(await step('Comment')).toEqual({ exit: 0, output: 'The plan is posted.\n' });
  expect(comments).toHaveLength(101);
  expect(comments.at(-1)!.body).toMatch(
    /^<!-- segsync plan: corner_shop dev -->\n[\s\S]*segment `buyers`: new/,
  );

  await shop.write(
    'segments/more.yaml',
    'entity: customer\ntier: daily\nwhere: {trait: email, is_null: false}\n',
  );
  await step('Plan');
  expect(await step('Comment')).toEqual({ exit: 0, output: 'The comment is up to date.\n' });
  expect(comments).toHaveLength(101);
  expect(comments.at(-1)!.body).toContain('segment `more`: new');
}, 180_000);

it('says that there is no plan where the project is invalid, in the place of the older one, and fails', async () => {
  await shop.write('segments/wrong.yaml', 'entity: customer\ntier: daily\nwhere: {trait: email, eq: {}}\n');
  const { output } = await step('Plan');
  expect(output).toContain('::error file=segments/wrong.yaml,line=3');
  expect(readFileSync(join(shop.folder, 'output.txt'), 'utf8')).toMatch(/exit=78\n$/);
  expect(await step('Comment')).toEqual({ exit: 0, output: 'The comment is up to date.\n' });
  expect(comments).toHaveLength(101);
  expect(comments.at(-1)!.body).toMatch(
    /^<!-- segsync plan -->\n\*\*There is no plan of the last commit:\*\* exit 78/,
  );
}, 180_000);
