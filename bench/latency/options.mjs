/** The latency benchmark's command line. */
import { count, optionsOf } from '../options.mjs';

const USAGE = `usage: npm run bench:latency -- [options]

  --customers N   entity rows (default 1000000)
  --events N      event rows, over 180 days (default 10000000)
  --rate N        new events a second while it is measured (default 200)
  --seconds N     how long each phase is measured (default 300)
  --phases LIST   of poll,notify,load (default: all three)
  --keep          leave the project and its data where they are, and say where
  --json          one JSON document instead of the tables

PostgreSQL only: an embedded server in a temporary folder, or the one at SEGSYNC_TEST_POSTGRES_URL (a database of its
own is made there, and dropped afterwards).
`;

const PHASES = ['poll', 'notify', 'load'];

export function readOptions(argv) {
  const own = {
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '300' },
    phases: { type: 'string', default: PHASES.join(',') },
  };
  return optionsOf(argv, USAGE, own, (values) => {
    const phases = values.phases.split(',');
    const unknown = phases.find((phase) => !PHASES.includes(phase));
    if (unknown !== undefined) throw new Error(`--phases knows ${PHASES.join(', ')}, not ${unknown}`);
    return { rate: count('rate', values.rate, 1), seconds: count('seconds', values.seconds, 5), phases };
  });
}
