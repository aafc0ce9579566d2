/** What came of a conformance run, as a file that is committed: nothing in it tells whose warehouse it was. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Secret } from '../../../src/config/project.ts';
import type { Group } from './check.ts';

export interface Failure {
  readonly group: Group;
  readonly name: string;
  readonly message: string;
}

export interface Result {
  readonly warehouse: string;
  /** The day, in UTC. */
  readonly date: string;
  /** segsync's version. */
  readonly segsync: string;
  /** As the warehouse names itself. */
  readonly engine: string;
  readonly groups: Readonly<Partial<Record<Group, { readonly passed: number; readonly failed: number }>>>;
  readonly plays: {
    readonly seeds: readonly number[];
    /** Of one segment at one instant, all held against the brute force; and those of them that were incremental. */
    readonly ticks: number;
    readonly incremental: number;
    readonly audiences: number;
  };
  readonly failures: readonly Failure[];
}

const LONGEST = 600;

export async function writeResult(path: string, result: Result): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Takes out of texts what the target's options say (hosts, accounts, secrets) and the scratch schemas' names. */
export function scrubber(
  options: Readonly<Record<string, unknown>>,
  prefix: string,
  more: readonly string[] = [],
): (text: string) => string {
  const known = [...textsOf(options), ...more]
    .flatMap((text) => [text, ...text.split(/[/:@?&=\s]+/)])
    .filter((text) => text.length >= 3 && !COMMON.has(text.toLowerCase()));
  const longestFirst = [...new Set([prefix, ...known])].sort((a, b) => b.length - a.length);
  return (text) => {
    let out = text;
    for (const each of longestFirst) out = out.replaceAll(new RegExp(escaped(each), 'gi'), '…');
    return out.length > LONGEST ? `${out.slice(0, LONGEST)}…` : out;
  };
}

/** Parts of addresses that tell nothing, and stand in messages for what they are. */
const COMMON = new Set(['http', 'https', 'postgres', 'postgresql', 'public', 'require', 'true', 'false']);

function textsOf(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
