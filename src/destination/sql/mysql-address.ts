/** The address of a MySQL or MariaDB server, taken apart: its driver would take any of its own options in it. */
import type { Knex } from 'knex';

/** `mysql://user:password@host:3306/database`, with `?ssl=true` for TLS. */
export function connectionOf(url: string): Knex.MySql2ConnectionConfig {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    charset: 'utf8mb4',
    // Certificates are checked, which is the driver's default.
    ...(searchParams.get('ssl') === 'true' ? { ssl: {} } : {}),
  };
}

export function isMysqlAddress(text: string): boolean {
  if (!/^(mysql|mariadb):\/\/[^\s]+$/.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname, search } = new URL(text);
  if (hostname === '' || !/^\/[^/]+$/.test(pathname) || !/^(\?ssl=(true|false))?$/.test(search)) return false;
  try {
    return connectionOf(text).database !== '';
  } catch {
    // A percent sign that begins nothing.
    return false;
  }
}
