/** The comparison's command line. */
import { count, optionsOf } from '../options.mjs';

/** What can be measured, in order; each is a file of this folder. */
export const PARTS = ['changes', 'clock', 'many', 'index', 'growth', 'sent'];

const USAGE = `usage: npm run bench:compare -- [options]

  --customers N      customers (default 1000000)
  --events N         events (default 10000000)
  --engine NAME      duckdb or postgres (default: both, one after the other)
  --only A,B         parts: ${PARTS.join(', ')} (default: all)
  --rounds N         measurements of each tick (default 3), of which 1 is of the slow baselines
  --many A,B         how many segments a tick has in the part \`many\` (default 1,4,40,100,500)
  --scripts DIR      on PostgreSQL run naive.sh, incr.sh and shared.sh of this folder as well, with psql
  --keep             leave the projects and their data where they are, and say where
  --json             one JSON document instead of the tables

PostgreSQL is an embedded server in a temporary folder, or the one at SEGSYNC_TEST_POSTGRES_URL (a database of its own
is made there, and dropped afterwards). The exit code is 1 where two sides hold other members or other rows were sent.
`;

export function readOptions(argv) {
  const own = {
    only: { type: 'string', default: PARTS.join(',') },
    rounds: { type: 'string', default: '3' },
    many: { type: 'string', default: '1,4,40,100,500' },
    scripts: { type: 'string' },
  };
  return optionsOf(argv, USAGE, own, (values) => ({
    parts: partsOf(values.only),
    rounds: count('rounds', values.rounds, 1),
    many: values.many.split(',').map((each) => count('many', each, 1)),
    scripts: values.scripts,
  }));
}

function partsOf(text) {
  const wanted = text.split(',');
  const unknown = wanted.find((each) => !PARTS.includes(each));
  if (unknown !== undefined) throw new Error(`--only knows ${PARTS.join(', ')}`);
  return PARTS.filter((each) => wanted.includes(each));
}
