/** The command line of the conformance run. */
import { parseArgs } from 'node:util';

export interface Arguments {
  readonly target?: string;
  readonly project?: string;
  readonly plays: number;
  readonly seed?: number;
  readonly out?: string;
}

/** What the caller typed wrongly. */
export class Misuse extends Error {}

export const USAGE = `Usage: npm run conformance -- --target NAME [options]

Runs segsync's conformance checks in the warehouse that a project's target names: every function, values both ways,
streams, transactions, errors, cancelling, the state, and random histories held against a slow, plain evaluation.
Works in schemas of its own, whose names begin with segsync_check_, and drops them at the end, whatever happens.

  --target NAME   a target of segsync.yaml; its default if not given
  --project DIR   the folder of segsync.yaml; found from the working folder upwards if not given
  --plays N       how many random histories (5)
  --seed N        the first history's seed, to play one again
  --out FILE      where the result goes (docs/warehouses/verified/ADAPTER.json)

Exit codes: 0 all passed, 1 something failed, 64 wrong usage, 75 not reachable, 77 credentials, 78 invalid project,
130 interrupted.
`;

/** Undefined: help is asked for. Throws `Misuse`. */
export function readArguments(given: readonly string[]): Arguments | undefined {
  const options = {
    target: { type: 'string', short: 't' },
    project: { type: 'string' },
    plays: { type: 'string', default: '5' },
    seed: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const values = parsed(() => parseArgs({ args: [...given], options, strict: true }).values);
  if (values.help) return undefined;
  const { target, project, out, seed } = values;
  return {
    plays: whole('--plays', values.plays, 1_000),
    ...(target === undefined ? {} : { target }),
    ...(project === undefined ? {} : { project }),
    ...(out === undefined ? {} : { out }),
    ...(seed === undefined ? {} : { seed: whole('--seed', seed, 2 ** 31) }),
  };
}

function parsed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Misuse((error as Error).message.split('. ')[0]!);
  }
}

function whole(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most)
    throw new Misuse(`${option} takes a whole number up to ${most}, not ${text}`);
  return value;
}
