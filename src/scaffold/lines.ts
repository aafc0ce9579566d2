/** YAML line by line, where a comment tells why. */
import { stringify } from 'yaml';

export interface Line {
  readonly depth: number;
  readonly text: string;
  /** A comment behind it. */
  readonly why?: string;
}

/** The lines as text, each ended. */
export function linesText(lines: readonly Line[]): string {
  return lines
    .map(({ depth, text, why }) => `${'  '.repeat(depth)}${text}${why ? `   # ${why}` : ''}\n`)
    .join('');
}

/** One scalar, quoted where it must be. */
export function flow(value: string): string {
  const text = stringify(value, { lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd();
  return /[,[\]{}]/.test(text) && !/^["']/.test(text) ? JSON.stringify(value) : text;
}

/** A mapping of texts on one line. */
export function written(values: Readonly<Record<string, string>>): string {
  return `{ ${Object.entries(values)
    .map(([key, value]) => `${key}: ${flow(value)}`)
    .join(', ')} }`;
}
