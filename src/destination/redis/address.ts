/** Where a server is, and as whom it is spoken to. Source: IANA's registrations of `redis` and `rediss`. */

export interface Address {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
}

/** `rediss://user:password@host:6379/0`, the parts but for the host optional; undefined for anything else. */
export function addressOf(text: string): Address | undefined {
  if (!/^rediss?:\/\/[^/]/.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const database = /^\/?(\d{0,4})$/.exec(pathname)?.[1];
  const [user, word] = [decoded(username), decoded(password)];
  if (hostname === '' || database === undefined || search !== '' || hash !== '') return undefined;
  if (user === undefined || word === undefined) return undefined;
  return {
    tls: protocol === 'rediss:',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || 6379),
    ...(user === '' ? {} : { username: user }),
    ...(word === '' ? {} : { password: word }),
    database: Number(database),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
