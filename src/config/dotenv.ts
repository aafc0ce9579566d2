/** The `.env` file beside `segsync.yaml`: NAME=VALUE lines, `#` comments, quotes, an `export` in front. */
import { join } from 'node:path';
import type { World } from '../world.ts';
import type { Problems } from './problems.ts';
import { readProjectText } from './read.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The real environment over that of `.env`, which is read only when `CI` is not set. */
export async function readEnvironment(world: World, root: string, problems: Problems): Promise<Environment> {
  const real = world.process.environment;
  const path = join(root, '.env');
  if (real.CI || !world.files.exists(path)) return real;
  const text = await readProjectText(world, path, root, problems);
  return { ...parseDotenv(text ?? '', path, problems), ...real };
}

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

/** Values by name. Reports E130 for a line that is none; never shows what stands in it. */
export function parseDotenv(text: string, file: string, problems: Problems): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line);
    const value = match && unquote(match[2]!);
    if (match && value !== undefined && value !== null) values[match[1]!] = value;
    else problems.report('E130', { line: index + 1 }, { file, line: index + 1, column: 1 });
  }
  return values;
}

/** A value without its quotes; undefined when a quote is not closed. Only double quotes know escapes. */
function unquote(written: string): string | undefined {
  if (written.startsWith("'")) return /^'([^']*)'\s*(?:#.*)?$/.exec(written)?.[1];
  if (!written.startsWith('"')) return written.replace(/\s+#.*$/, '').trim();
  const inside = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(written)?.[1];
  return inside?.replace(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character);
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
