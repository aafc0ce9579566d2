/** How a table is written in YAML -> `Relation`. */
import { isAbsolute, join } from 'node:path';
import type { Relation } from './project.ts';

const MOST_PARTS = 3;

/**
 * `schema.table` with parts quoted where needed, or a path: one that holds `/` or ends in .csv, .csv.gz or .parquet,
 * starting from `root` (absolute). Undefined when the text is neither.
 */
export function readRelation(text: string, root: string): Relation | undefined {
  if (isPath(text)) return { kind: 'file', path: isAbsolute(text) ? text : join(root, text) };
  const parts = readParts(text);
  return parts && parts.length <= MOST_PARTS ? { kind: 'table', parts } : undefined;
}

function isPath(text: string): boolean {
  return !text.startsWith('"') && (text.includes('/') || /\.(csv|csv\.gz|parquet)$/i.test(text));
}

const PART = /(?:"((?:[^"]|"")+)"|([^\s".;]+))(\.|$)/y;

function readParts(text: string): string[] | undefined {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (!match) return undefined;
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    at = PART.lastIndex;
    if (match[3] === '.' && at === text.length) return undefined;
  }
  return parts.length > 0 ? parts : undefined;
}
