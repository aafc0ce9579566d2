/** The benchmark's command line. */
import { parseArgs } from 'node:util';

const USAGE = `usage: npm run bench -- [options]

  --customers N   entity rows (default 1000000)
  --events N      event rows, over 180 days (default 10000000)
  --engine NAME   duckdb or postgres (default: both, one after the other)
  --ticks N       incremental ticks measured, each after a change of its own (default 5)
  --keep          leave the project and its data where they are, and say where
  --json          one JSON document instead of the tables

PostgreSQL is an embedded server in a temporary folder, or the one at SEGSYNC_TEST_POSTGRES_URL (a database of its own
is made there, and dropped afterwards).
`;

/** Options as `{customers, events, engines, ticks, keep, json}`; prints the usage and ends the process on a wrong one. */
export function readOptions(argv) {
  return optionsOf(argv, USAGE, { ticks: { type: 'string', default: '5' } }, (values) => ({
    ticks: count('ticks', values.ticks, 1),
  }));
}

/** What both benchmarks are told, and what `own` says besides, as `ownOf` reads it. */
export function optionsOf(argv, usage, own, ownOf) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        customers: { type: 'string', default: '1000000' },
        events: { type: 'string', default: '10000000' },
        engine: { type: 'string' },
        keep: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        ...own,
      },
    });
    if (values.help) leave(process.stdout, usage, 0);
    return {
      customers: count('customers', values.customers, 1000),
      events: count('events', values.events, 1000),
      engines: enginesOf(values.engine),
      keep: values.keep,
      json: values.json,
      ...ownOf(values),
    };
  } catch (error) {
    return leave(process.stderr, `${error.message}\n\n${usage}`, 64);
  }
}

export function count(name, text, least) {
  const number = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(number) || number < least)
    throw new Error(`--${name} is a whole number from ${least} on`);
  return number;
}

function enginesOf(name) {
  if (name === undefined || name === 'both') return ['duckdb', 'postgres'];
  if (name !== 'duckdb' && name !== 'postgres') throw new Error('--engine is duckdb or postgres');
  return [name];
}

function leave(stream, text, code) {
  stream.write(text);
  process.exit(code);
}
