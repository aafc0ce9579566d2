/** The page of a diagnostic: as a document, and as text for people. */
import { CODES, type Code } from '../diagnostics/codes.ts';
import type { Severity } from '../diagnostics/declare.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Page, Played, Told, Way } from '../diagnostics/page.ts';
import { PRINTED } from '../diagnostics/pages/printed.ts';
import { PAGES } from '../diagnostics/pages.ts';
import type { Colors } from './colors.ts';

export interface ExampleReport {
  /** What the reader must know of the surroundings. */
  readonly situation?: string;
  /** Files that differ from the little shop’s, by their paths. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly commands: readonly string[];
}

export interface DiagnosticPage {
  readonly version: 1;
  readonly code: string;
  readonly severity: Severity;
  readonly exit: number;
  readonly title: string;
  readonly when: string;
  readonly mend: string;
  /** With what is printed. */
  readonly wrong: ExampleReport & { readonly prints: string };
  readonly right: ExampleReport;
}

/** The page of `code`. */
export function diagnosticPage(code: Code): DiagnosticPage {
  const { title, when, mend, wrong, right } = PAGES[code] as Page<Code>;
  const { severity, exit } = CODES[code];
  return {
    ...{ version: 1, code, severity, exit, title, when, mend },
    wrong: { ...exampleOf(wrong), prints: printed(code, wrong) },
    right: exampleOf(right),
  };
}

function exampleOf(example: Played | Told<Code> | Way): ExampleReport {
  if ('situation' in example) {
    const { situation } = example;
    return { situation, files: [], commands: 'commands' in example ? example.commands : [example.command] };
  }
  const { files = {}, commands = ['segsync validate'] } = example;
  return { files: Object.entries(files).map(([path, text]) => ({ path, text })), commands };
}

function printed(code: Code, wrong: Played | Told<Code>): string {
  if (!('with' in wrong)) return PRINTED[code]!.join('\n');
  const { severity, message, hint } = diagnose(code, wrong.with);
  return `${severity}[${code}]: ${message}${hint ? `\n  hint: ${hint}` : ''}`;
}

const WIDTH = 80;

/** As text ending in a line feed. */
export function diagnosticPageText(page: DiagnosticPage, colors: Colors): string {
  const { code, severity, exit, title, when, mend, wrong, right } = page;
  const paint = severity === 'error' ? colors.red : colors.yellow;
  return [
    `${colors.bold(paint(`${severity} ${code}`))}${colors.bold(`: ${title}`)}\n`,
    ...(severity === 'error' ? [colors.dim(`exit code ${exit}\n`)] : []),
    `\n${wrapped(when)}\n`,
    `${colors.bold('To mend it')}\n${wrapped(mend)}\n`,
    `${colors.bold('Wrong')}\n${exampleText(wrong, colors)}${indented(wrong.prints, 4)}\n`,
    `${colors.bold('Right')}\n${exampleText(right, colors)}`,
  ].join('');
}

function exampleText({ situation, files, commands }: ExampleReport, colors: Colors): string {
  return [
    ...(situation === undefined ? [] : [wrapped(situation)]),
    ...files.map(({ path, text }) => `  ${colors.dim(path)}\n${indented(shownText(text), 4)}`),
    ...commands.map((command) => `  ${colors.dim(promptOf(command))}${command}\n`),
  ].join('');
}

/** What is typed at a shell has a prompt; a statement for the warehouse has none. */
export function promptOf(command: string): string {
  return /^[a-z]/.test(command) ? '$ ' : '';
}

/** Characters that a terminal would act on are written as escapes. */
export function shownText(text: string): string {
  const escaped = (c: string): string =>
    c === '\n' ? c : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return text.replace(/\p{Cc}/gu, escaped);
}

function indented(text: string, by: number): string {
  return `${text
    .trimEnd()
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}`.trimEnd())
    .join('\n')}\n`;
}

function wrapped(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 3 > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return indented([...lines, line].join('\n'), 2);
}
