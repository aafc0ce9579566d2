/** The official client, silenced, and what it is told of a target. */
import { createPrivateKey } from 'node:crypto';
import { resolve } from 'node:path';
import type { Connection, ConnectionOptions } from 'snowflake-sdk';
import { Secret } from '../../config/project.ts';
import type { ConnectOptions } from '../warehouse.ts';
import type { Options } from './index.ts';

/** A login that finds nobody is tried so many times again. */
const LOGIN_RETRIES = 2;

/** Without these it asks the addresses of several clouds where it runs, loads a binary, and reports what it was told. */
const QUIET = {
  SNOWFLAKE_DISABLE_PLATFORM_DETECTION: 'true',
  SNOWFLAKE_DISABLE_MINICORE: 'true',
  SF_TELEMETRY_DISABLE_CONNECTION_SHAPE: 'true',
};

export type Client = typeof import('snowflake-sdk');

/** It reads its environment when it is loaded, and its log goes to stdout and a file unless it is told before. */
export async function loadClient({ world }: ConnectOptions): Promise<Client> {
  const environment = world.process.environment as Record<string, string | undefined>;
  for (const [name, value] of Object.entries(QUIET)) environment[name] ??= value;
  const client = ((await import('snowflake-sdk')) as unknown as { default: Client }).default;
  client.configure({
    logLevel: 'OFF',
    additionalLogToConsole: false,
    // It would run what it cannot parse as JSON as a program.
    jsonColumnVariantParser: (text) => text,
  });
  return client;
}

export function connectionOptions({ root, label }: ConnectOptions, options: Options): ConnectionOptions {
  const { account, access_url: accessUrl, user: username, role, warehouse, database, schema } = options;
  return {
    account,
    warehouse,
    database,
    application: applicationName(label),
    ...(accessUrl === undefined ? {} : { accessUrl: accessUrl.replace(/\/+$/, '') }),
    ...(username === undefined ? {} : { username }),
    ...(role === undefined ? {} : { role }),
    ...(schema === undefined ? {} : { schema }),
    ...signIn(root, options),
    sfRetryMaxLoginRetries: LOGIN_RETRIES,
    // Otherwise NULL is the text NULL.
    representNullAsStringNull: false,
    fetchAsString: ['Boolean', 'Number', 'Date', 'JSON', 'Buffer'],
    rowMode: 'array',
    streamResult: true,
    // As numbers they would be rounded, and reported as such.
    jsTreatIntegerAsBigInt: true,
    // Beyond it the client makes a temporary stage, which would commit an open transaction.
    arrayBindingThreshold: Number.MAX_SAFE_INTEGER,
  };
}

function signIn(root: string, options: Options): ConnectionOptions {
  const { password, private_key, private_key_path, private_key_passphrase, oauth_token, access_token } =
    options;
  if (password !== undefined) return { authenticator: 'SNOWFLAKE', password: textOf(password) };
  if (oauth_token !== undefined) return { authenticator: 'OAUTH', token: textOf(oauth_token) };
  if (access_token !== undefined)
    return { authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token: textOf(access_token) };
  const passphrase = private_key_passphrase === undefined ? undefined : textOf(private_key_passphrase);
  if (private_key !== undefined) {
    const key = createPrivateKey({ key: textOf(private_key), ...(passphrase ? { passphrase } : {}) });
    const privateKey = key.export({ format: 'pem', type: 'pkcs8' }).toString();
    return { authenticator: 'SNOWFLAKE_JWT', privateKey };
  }
  return {
    authenticator: 'SNOWFLAKE_JWT',
    privateKeyPath: resolve(root, private_key_path!),
    ...(passphrase === undefined ? {} : { privateKeyPass: passphrase }),
  };
}

export function open(client: Client, options: ConnectionOptions): Promise<Connection> {
  return new Promise((done, refuse) => {
    // The client changes what it is given.
    const connection = client.createConnection({ ...options });
    connection.connect((error) => (error ? refuse(error) : done(connection)));
  });
}

export function destroy(connection: Connection): Promise<void> {
  return new Promise((done) => {
    try {
      connection.destroy(() => done());
    } catch {
      done();
    }
  });
}

/** As the client allows it: a letter, then at most fifty letters, digits, `.`, `-`, `_`. */
function applicationName(label: string): string {
  const name = label.replaceAll(/[^A-Za-z0-9.\-_]+/g, '-').replace(/^[^A-Za-z]+/, '');
  return name.length < 2 ? 'segsync' : name.slice(0, 50);
}

function textOf(secret: string | Secret): string {
  return secret instanceof Secret ? secret.reveal() : secret;
}
