/** `segsync destinations`: the types there are, and what one of them takes and does. */
import type { Colors } from './colors.ts';
import type { DestinationReport, OptionReport } from './results.ts';
import { count } from './words.ts';

/** All of them, a line each. */
export function destinationsText(destinations: readonly DestinationReport[], colors: Colors): string {
  const rows = destinations.map(
    (each) => `${colors.bold(each.type.padEnd(width(destinations)))}  ${each.does}\n`,
  );
  return `${rows.join('')}\n\`segsync destinations TYPE\` tells of one: its options, limits and identifiers.\n`;
}

function width(destinations: readonly DestinationReport[]): number {
  return Math.max(...destinations.map(({ type }) => type.length));
}

/** One, whole. */
export function destinationText(report: DestinationReport, colors: Colors): string {
  const facts = [
    ['matches by', report.matches_by?.join(', ') ?? 'whatever is sent'],
    ['fields', FIELDS[`${report.takes_fields}`]],
    ['mode: on_enter', report.takes_events ? 'as an event' : 'not taken'],
    ['adopt', report.lists_members ? 'it can tell who is there' : 'it cannot tell who is there'],
    ['a request', `${count(report.batch.rows)} rows, ${count(report.batch.bytes)} bytes at most`],
    ['verified', VERIFIED[report.verified]],
  ];
  const options = report.options.map(
    (option) => `  ${colors.bold(option.name)}${notesOf(option)}\n      ${option.description}\n`,
  );
  return [
    `${colors.bold(report.type)}: ${report.title}\n${capital(report.does)}.\n\n`,
    ...facts.map(([name, value]) => `  ${name!.padEnd(16)}${value}\n`),
    `\nOptions of its file in destinations/:\n`,
    ...options,
    `\n${usualFile(report)}`,
  ].join('');
}

const FIELDS = { true: 'sent along', false: 'not taken', events: 'sent along with events' } as const;

const VERIFIED: Readonly<Record<DestinationReport['verified'], string>> = {
  real: 'with the thing itself',
  live: 'with the vendor',
  recorded: 'against answers recorded from the vendor',
  simulated: 'against a simulator of the vendor’s documentation, not with the vendor',
};

function notesOf({ required, secret, values, ...option }: OptionReport): string {
  const notes = [
    ...(required ? ['required'] : []),
    ...(secret ? ['a secret'] : []),
    ...(values ? [values.join(' | ')] : []),
    ...(isTold(option.default) ? [`default ${JSON.stringify(option.default)}`] : []),
  ];
  return notes.length > 0 ? ` (${notes.join(', ')})` : '';
}

function isTold(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** What must be said, as a file to begin with. */
function usualFile({ type, needs_targets: needsTargets, options }: DestinationReport): string {
  const lines = options
    .filter(({ required }) => required)
    .map(({ name, secret }) => {
      const value = secret ? `"\${env:${`${type}_${name}`.toUpperCase()}}"` : '...';
      return `  ${name}: ${value}\n`;
    });
  const targets = needsTargets ? '  targets: [...]\n' : '';
  return `  # destinations/my_${type}.yaml\n  type: ${type}\n${targets}${lines.join('')}`;
}
