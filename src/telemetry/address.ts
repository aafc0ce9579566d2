/** `--metrics 9464`, `--metrics 127.0.0.1:9464`, `--metrics [::]:9464`: where to listen. */
import { fail } from '../diagnostics/diagnostic.ts';
import type { ListenAddress } from '../world.ts';

/** Nobody else's business unless it is asked for. */
const DEFAULT_HOST = '127.0.0.1';
const LAST_PORT = 65_535;

const FORMS = [
  /^(?<port>\d{1,5})$/,
  /^(?<host>[\w.-]+):(?<port>\d{1,5})$/,
  /^\[(?<host>[\da-f:.%]+)\]:(?<port>\d{1,5})$/i,
];

/** Throws E604. Port 0 is any that is free. */
export function parseListenAddress(value: string): ListenAddress {
  const { host = DEFAULT_HOST, port } = FORMS.map((form) => form.exec(value)?.groups).find(Boolean) ?? {};
  if (port === undefined || Number(port) > LAST_PORT) {
    fail('E604', {
      option: '--metrics',
      value,
      expected: 'a port such as 9464, or an address and port such as 0.0.0.0:9464 or [::]:9464',
    });
  }
  return { host, port: Number(port) };
}

/** As it is typed: `127.0.0.1:9464`, `[::]:9464`. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
