/** Which dialect an address is of. */
import type { Dialect } from './dialect.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';
import { sqlite } from './sqlite.ts';

export function dialectOf(url: string): Dialect {
  if (/^(mysql|mariadb):/.test(url)) return mysql;
  return url.startsWith('sqlite:') ? sqlite : postgres;
}
