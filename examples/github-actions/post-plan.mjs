// .github/post-plan.mjs: posts a plan as a comment of a pull request, or puts it in the place of the last one.
// node post-plan.mjs FILE, with GITHUB_REPOSITORY, GITHUB_TOKEN and PULL_REQUEST in the environment.
import { readFileSync } from 'node:fs';

const {
  GITHUB_API_URL = 'https://api.github.com',
  GITHUB_REPOSITORY,
  GITHUB_TOKEN,
  PULL_REQUEST,
} = process.env;
const MARKER = '<!-- segsync plan';
const text = readFileSync(process.argv[2], 'utf8');
// A plan begins with its marker; what stands in its place when there is none does not.
const body = text.startsWith(MARKER) ? text : `${MARKER} -->\n${text}`;

const known = await findComment();
if (known) await call('PATCH', `issues/comments/${known}`, { body });
else await call('POST', `issues/${PULL_REQUEST}/comments`, { body });
console.log(known ? 'The comment is up to date.' : 'The plan is posted.');

async function findComment() {
  for (let page = 1; ; page++) {
    const comments = await call('GET', `issues/${PULL_REQUEST}/comments?per_page=100&page=${page}`);
    const own = comments.find((comment) => comment.body.startsWith(MARKER));
    if (own || comments.length < 100) return own?.id;
  }
}

async function call(method, path, content) {
  const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/${path}`, {
    method,
    headers: { authorization: `Bearer ${GITHUB_TOKEN}`, accept: 'application/vnd.github+json' },
    body: content && JSON.stringify(content),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
