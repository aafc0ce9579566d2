/** The shell scripts of another folder, run with psql against the benchmark's database. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { instantSql } from './segments.mjs';

const run = promisify(execFile);

/** Milliseconds that `script` says it took at the instant `now`. */
export async function runScript({ scripts, place, now }, script, ...args) {
  const url = new URL(place);
  const env = {
    ...process.env,
    PGHOST: url.hostname,
    PGPORT: url.port || '5432',
    PGUSER: url.username || 'postgres',
    PGPASSWORD: url.password,
    NOWSQL: instantSql(now),
  };
  const { stdout, stderr } = await run(
    'bash',
    [join(scripts, script), url.pathname.slice(1), 'bench', ...args],
    { env },
  );
  const [, seconds] = /TOTAL=([\d.]+)s/.exec(stdout) ?? [];
  if (seconds === undefined || /ERROR/.test(stderr)) throw new Error(`${script} failed:\n${stdout}${stderr}`);
  return Number(seconds) * 1000;
}
