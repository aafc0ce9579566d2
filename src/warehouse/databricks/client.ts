/** The official client, silenced, and what it is told of a target. Its versions before 2.1 check no certificate. */
import type { DBSQLClient } from '@databricks/sql';
import { Secret } from '../../config/project.ts';
import type { ConnectOptions } from '../warehouse.ts';
import type { Options } from './index.ts';

export type Client = DBSQLClient;
export type Session = Awaited<ReturnType<Client['openSession']>>;
export type Operation = Awaited<ReturnType<Session['executeStatement']>>;
type Connecting = Parameters<Client['connect']>[0];

/** Of requests that may be asked again, as the client knows them. */
const RETRIES = { retryMaxAttempts: 6, retryDelayMin: 300, retryDelayMax: 10_000 };

/** Its log goes to stdout, and it reports on itself, unless it is told otherwise. */
export async function openClient({ label }: ConnectOptions, options: Options): Promise<Client> {
  const { DBSQLClient } = await import('@databricks/sql');
  const client = new DBSQLClient({ logger: { log: () => {} } });
  // An error of the connection reaches whoever waits for an answer; without a listener it would end the process.
  client.on('error', () => {});
  // As texts: as its own types, times would lose their microseconds.
  Object.assign(client.getConfig(), { useArrowNativeTypes: false });
  await client.connect(connectionOptions(options, label));
  return client;
}

export function connectionOptions(options: Options, label: string): Connecting {
  const { host, port, http_path: path, ca } = options;
  return {
    host,
    path,
    ...(port === undefined ? {} : { port }),
    ...(ca === undefined ? {} : { customCaCert: ca }),
    userAgentEntry: label.replaceAll(/[^A-Za-z0-9.\-_/ ]+/g, '-'),
    telemetryEnabled: false,
    // Integers and decimals as they are, not as doubles.
    preserveBigNumericPrecision: true,
    ...RETRIES,
    ...signIn(options),
  };
}

type SignIn = Pick<Extract<Connecting, { authType?: 'access-token' }>, 'authType' | 'token'>;

function signIn({ access_token, client_id, client_secret, azure_tenant_id }: Options): SignIn {
  if (access_token !== undefined) return { authType: 'access-token', token: textOf(access_token) };
  const principal = {
    authType: 'databricks-oauth',
    oauthClientId: client_id,
    oauthClientSecret: textOf(client_secret!),
    ...(azure_tenant_id === undefined
      ? { useDatabricksOAuthInAzure: true }
      : { azureTenantId: azure_tenant_id }),
  };
  return principal as unknown as SignIn;
}

/** In each session, before anything else. */
export const UTC = "SET TIME ZONE 'UTC'";

/** Strict casts, whatever the workspace says. */
export function openSession(client: Client, options: Options): Promise<Session> {
  const { catalog, schema, statement_timeout: seconds } = options;
  return client.openSession({
    initialCatalog: catalog,
    ...(schema === undefined ? {} : { initialSchema: schema }),
    configuration: {
      ANSI_MODE: 'true',
      ...(seconds === undefined ? {} : { STATEMENT_TIMEOUT: String(seconds) }),
    },
  });
}

function textOf(secret: string | Secret): string {
  return secret instanceof Secret ? secret.reveal() : secret;
}
