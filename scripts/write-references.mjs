/**
 * Writes what the pages of `docs/` say of the program from the built program itself: its commands, options and exit
 * codes, and the tables of the state. Each part stands between `<!-- made of: NAME -->` and `<!-- end -->`; `--check`
 * only tells whether all are up to date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { declaredProgram } from '../dist/commands/program.js';
import { EXIT } from '../dist/diagnostics/exit.js';
import { TABLES } from '../dist/state/tables.js';
import { TABLES_TOLD } from '../dist/state/told.js';
import { realWorld } from '../dist/world.js';

const DOCS = resolve(import.meta.dirname, '../docs');
const PAGES = ['cli.md', 'state.md'];
const GLOBAL = 'Global options:';

const EXIT_MEANS = {
  done: 'done; rejected rows are reported',
  failed: 'a segment or sync failed, the others are done; `status`: a promise is broken',
  changesPending: 'changes pending; only with `--detailed-exitcode`',
  held: 'a guard held a sync',
  usage: 'wrong usage',
  tryLater: 'another run is at work, or something transient: try later',
  credentials: 'credentials refused',
  invalidProject: 'the project is invalid',
  newerState: 'the state was written by a newer segsync',
  interrupted: 'interrupted (SIGINT); nothing is lost',
  terminated: 'interrupted (SIGTERM); nothing is lost',
};

const PARTS = {
  'commands in short': commandsInShort,
  commands: commandsInFull,
  'global options': globalOptions,
  'exit codes': exitCodes,
  'state tables': stateTables,
};

const world = realWorld();

async function commandsInShort() {
  const program = await declaredProgram(world);
  const rows = shown(program).map((command) => [
    `[\`${command.name()}\`](#${command.name()})`,
    sentence(command.description()),
  ]);
  return table(['command', 'does'], rows);
}

async function commandsInFull() {
  const program = await declaredProgram(world);
  const texts = await Promise.all(shown(program).map((command) => commandInFull(command.name())));
  return texts.join('\n');
}

async function commandInFull(name) {
  const program = await declaredProgram(world, name);
  const command = program.commands.find((each) => each.name() === name);
  const usage = ['segsync', name, ...command.registeredArguments.map(argumentText)].join(' ');
  const { notes, examples } = after(command);
  const parts = [
    `### ${name}\n\n\`${usage}\`: ${command.description()}.`,
    table(
      ['argument', 'is'],
      command.registeredArguments.map((each) => [`\`${argumentText(each)}\``, withChoices(each)]),
    ),
    table(['option', 'does'], optionsOf(command, false).map(optionRow)),
    notes.join('\n\n'),
    ...(examples.length > 0 ? [`\`\`\`console\n${examples.join('\n')}\n\`\`\``] : []),
  ];
  return `${parts
    .filter((part) => part !== '')
    .map((part) => part.trimEnd())
    .join('\n\n')}\n`;
}

async function globalOptions() {
  const program = await declaredProgram(world, 'plan');
  const plan = program.commands.find((command) => command.name() === 'plan');
  return table(['option', 'does'], optionsOf(plan, true).map(optionRow));
}

function exitCodes() {
  return table(
    ['exit code', 'means'],
    Object.entries(EXIT).map(([name, code]) => {
      if (EXIT_MEANS[name] === undefined) throw new Error(`say in this file what exit code ${code} means`);
      return [String(code), EXIT_MEANS[name]];
    }),
  );
}

function stateTables() {
  return Object.values(TABLES)
    .map(({ name, columns, key }) => {
      const { about, columns: told } = TABLES_TOLD[name];
      const rows = columns.map(([column, type]) => [`\`${column}\``, type, told[column]]);
      const by = key.length > 0 ? ` Unique by ${key.map((each) => `\`${each}\``).join(', ')}.` : '';
      return `### ${name}\n\n${about}${by}\n\n${table(['column', 'type', 'holds'], rows)}`;
    })
    .join('\n');
}

function shown(program) {
  return program.commands.filter((command) => command._hidden !== true);
}

function optionsOf(command, global) {
  return command.options.filter((each) => !each.hidden && (each.helpGroupHeading === GLOBAL) === global);
}

function optionRow(option) {
  const { flags, defaultValue } = option;
  const usual = defaultValue === undefined ? '' : ` (default: ${defaultValue})`;
  return [`\`${flags}\``, `${withChoices(option)}${usual}`];
}

function withChoices({ description, argChoices }) {
  return argChoices ? `${description} (${argChoices.join(', ')})` : description;
}

function argumentText(argument) {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** What a command's help says after its options: paragraphs, and lines to type. */
function after(command) {
  const texts = [];
  command.emit('afterHelp', { error: false, command, write: (text) => texts.push(text) });
  const paragraphs = texts
    .join('\n')
    .split(/\n\s*\n/)
    .map((text) => text.trim().split(/\s*\n\s*/));
  const isTyped = (lines) => lines.some((line) => line.startsWith('$'));
  const told = paragraphs.filter((lines) => !isTyped(lines) && lines.join('') !== '');
  const typed = paragraphs.filter(isTyped).flat();
  return {
    notes: told.map((lines) => lines.join(' ')),
    examples: typed.filter((line) => !/^Examples?:$/.test(line)),
  };
}

function table(head, rows) {
  if (rows.length === 0) return '';
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return `${line(head)}${line(head.map(() => '---'))}${rows.map((row) => line(row)).join('')}`;
}

function sentence(text) {
  return text.replace(/\n+/g, ' ');
}

async function filled(page) {
  let text = page;
  for (const [name, make] of Object.entries(PARTS)) {
    const begin = `<!-- made of: ${name} -->\n`;
    const at = text.indexOf(begin);
    if (at < 0) continue;
    const end = text.indexOf('<!-- end -->', at);
    text = `${text.slice(0, at)}${begin}\n${await make()}\n${text.slice(end)}`;
  }
  return text;
}

const check = process.argv.includes('--check');
for (const name of PAGES) {
  const file = resolve(DOCS, name);
  const page = await readFile(file, 'utf8');
  const text = await filled(page);
  if (text === page) continue;
  if (!check) await writeFile(file, text);
  else {
    process.stderr.write(
      `docs/${name} is not up to date: npm run build && node scripts/write-references.mjs\n`,
    );
    process.exitCode = 1;
  }
}
