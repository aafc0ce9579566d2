/** The load benchmark's command line. */
import { count, optionsOf } from '../options.mjs';

/** What can be measured, in order; each is a file of this folder. */
export const PARTS = ['load', 'sync', 'priority'];

const USAGE = `usage: npm run bench:load -- [options]

  --engine NAME      duckdb or postgres (default: both, one after the other)
  --only A,B         parts: ${PARTS.join(', ')} (default: all)
  --members A,B      sizes of the first load (default 100000,1000000)
  --customers N      customers of the parts \`sync\` and \`priority\` (default 100000)
  --events N         events of the part \`sync\` (default 1000000)
  --rows N           changes in a request (default 500, as the webhook's own)
  --profile          leave a processor profile of each load in the working folder
  --keep             leave the projects and their data where they are, and say where
  --json             one JSON document instead of the tables

PostgreSQL is an embedded server in a temporary folder, or the one at SEGSYNC_TEST_POSTGRES_URL (a database of its own
is made there, and dropped afterwards). The exit code is 1 where somebody was not delivered, or delivered twice.
`;

export function readOptions(argv) {
  const own = {
    only: { type: 'string', default: PARTS.join(',') },
    members: { type: 'string', default: '100000,1000000' },
    customers: { type: 'string', default: '100000' },
    events: { type: 'string', default: '1000000' },
    rows: { type: 'string', default: '500' },
    profile: { type: 'boolean', default: false },
  };
  return optionsOf(argv, USAGE, own, (values) => ({
    parts: partsOf(values.only),
    members: values.members.split(',').map((each) => count('members', each, 1000)),
    rows: count('rows', values.rows, 1),
    profile: values.profile,
  }));
}

function partsOf(text) {
  const wanted = text.split(',');
  const unknown = wanted.find((each) => !PARTS.includes(each));
  if (unknown !== undefined) throw new Error(`--only knows ${PARTS.join(', ')}`);
  return PARTS.filter((each) => wanted.includes(each));
}
