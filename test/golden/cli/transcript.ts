/** What was typed and what came of it, as a text that is the same today and tomorrow. */
import type { Ended } from '../../cli/segsync.ts';
import type { Typed } from './cases.ts';

/** One command: its exit code, then what it printed. */
export function transcript({ args, environment = {} }: Typed, ended: Ended, folder: string): string {
  const before = Object.entries(environment).map(([name, value]) => `${name}=${value} `);
  const parts = [
    `$ ${before.join('')}segsync ${args.join(' ')}`.trimEnd(),
    `exit ${ended.exit}`,
    ...shown('stdout', ended.stdout, folder),
    ...shown('stderr', ended.stderr, folder),
  ];
  return `${parts.join('\n')}\n`;
}

function shown(name: string, text: string, folder: string): string[] {
  if (text === '') return [];
  const lines = alike(text, folder).split('\n');
  return [`--- ${name}`, ...lines.map((line) => `  ${line}`.trimEnd())];
}

/** Colours as marks that can be read; instants, durations, ids and folders by their names. */
export function alike(text: string, folder: string): string {
  return (
    text
      .replaceAll('\u001b[', '<ESC>[')
      .replaceAll(folder, '<folder>')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (instant) =>
        instant.startsWith('2026-01-01') ? instant : '<instant>',
      )
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00/g, '<instant>')
      .replace(/\d{4}-\d\d-\d\d(?=[ ,]|$)/gm, '<day>')
      .replace(/ *\b(?:\d+d \d\dh|\d+h \d\dm|\d+m \d\ds|\d+(?:\.\d+)?s|\d+ms)\b(?! fresh)/g, ' <time>')
      .replace(/segsync \d+\.\d+\.\d+ on Node \S+/g, 'segsync <version> on Node <version>')
      // Which slot comes next depends on the hour.
      .replace(/next is [a-z_]+ at/g, 'next is <tier> at')
      .replace(/DuckDB v?\d+\.\d+\.\d+/g, 'DuckDB <version>')
      .replace(/Estimated cost: [\d,]+/g, 'Estimated cost: <n>')
      .replace(/one by one: [\d,]+/g, 'one by one: <n>')
      .replace(/(?:^(?:delivered|planned) .*\n?)+/gm, inOrder)
      .replace(/\n+$/, '')
  );
}

/** Syncs deliver side by side: which one ends first is nobody's promise. */
function inOrder(lines: string): string {
  return `${lines.trimEnd().split('\n').sort().join('\n')}\n`;
}
