/**
 * Writes docs/diagnostics.md, the page of all codes, from what the built program says of them; `--check` only tells
 * whether it is up to date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CODES } from '../dist/diagnostics/codes.js';
import { LITTLE_SHOP } from '../dist/diagnostics/pages/little-shop.js';
import { diagnosticPage, promptOf, shownText } from '../dist/report/diagnostic-page.js';

const FILE = resolve(import.meta.dirname, '../docs/diagnostics.md');

const GROUPS = [
  ['1', 'The project’s files', 'found by `validate`, and by each command that reads the project'],
  [
    '2',
    'Segments',
    'found by `validate`; those about columns and types by `validate --connect`, or by a run',
  ],
  ['3', 'The warehouse', 'found where it is connected to'],
  ['4', 'Destinations and delivery', 'found by `doctor`, or by a run'],
  ['5', 'State and other processes', 'found by a run'],
  ['6', 'The command line', 'found before anything is done'],
  ['7', 'A run and its instants', 'found by a run'],
];

const HEAD = `# Diagnostics

Every error and warning of segsync has a code, one line that says what is wrong, the place, and a hint. The codes below are all there are. \`segsync explain E105\` prints the page of one on a terminal, without a project and offline; \`--json\` gives it as a document.

Errors end with the exit code that is named: 64 wrong usage, 75 try later, 77 credentials, 78 an invalid project, 79 newer state, 3 held, 1 anything else. What a run reports as a failed segment is, to \`validate --connect\`, an invalid project (78). What is wrong with a project as a whole is told in one go. Warnings change no exit code.

The examples are played by the tests: those with files lie over the little shop, a project of two hundred customers in DuckDB. What is printed is what the program printed.

<details><summary>The little shop</summary>

${Object.entries(LITTLE_SHOP)
  .map(([path, text]) => fileText({ path, text }))
  .join('\n')}
</details>

`;

const codes = Object.keys(CODES).sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1));

/** By range, errors before warnings. */
function order(code) {
  return Number(code[1]) * 2 + (code[0] === 'W' ? 1 : 0);
}

function indexOf(inGroup) {
  return inGroup
    .map((code) => `- [\`${code}\`](#${code.toLowerCase()}) ${diagnosticPage(code).title}\n`)
    .join('');
}

function groupText([digit, title, found]) {
  const inGroup = codes.filter((code) => code[1] === digit);
  return `## ${title}\n\n${digit}xx: ${found}.\n\n${indexOf(inGroup)}\n${inGroup.map(codeText).join('\n')}`;
}

function codeText(code) {
  const { severity, exit, title, when, mend, wrong, right } = diagnosticPage(code);
  const kind = severity === 'error' ? `error, exit code ${exit}` : 'warning';
  return `<a id="${code.toLowerCase()}"></a>

### ${code}: ${title}

*${kind}.* ${when}

**To mend it.** ${mend}

Wrong:

${exampleText(wrong, wrong.prints)}
Right:

${exampleText(right)}`;
}

function exampleText({ situation, files, commands }, prints) {
  const typed = commands.map((command) => `${promptOf(command)}${command}`).join('\n');
  const block = fenced('console', prints === undefined ? typed : `${typed}\n${prints}`);
  return `${situation === undefined ? '' : `${situation}\n\n`}${files.map(fileText).join('\n')}${files.length > 0 ? '\n' : ''}${block}`;
}

function fileText({ path, text }) {
  return `\`${path}\`\n\n${fenced(languageOf(path), shownText(text).trimEnd())}`;
}

function languageOf(path) {
  return /\.(yaml|sql)$/.exec(path)?.[1] ?? 'text';
}

function fenced(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\`\n`;
}

const text = HEAD + GROUPS.map(groupText).join('\n');
if (!process.argv.includes('--check')) await writeFile(FILE, text);
else if ((await readFile(FILE, 'utf8').catch(() => '')) !== text) {
  process.stderr.write(
    'docs/diagnostics.md is out of date: npm run build && node scripts/write-diagnostics.mjs\n',
  );
  process.exitCode = 1;
}
