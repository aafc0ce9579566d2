/** Makes a client with the target's credentials, and learns whether they are good. */
import { resolve } from 'node:path';
import type { BigQuery, BigQueryOptions } from '@google-cloud/bigquery';
import { Secret } from '../../config/project.ts';
import { DiagnosedError, type Diagnostic, diagnose } from '../../diagnostics/diagnostic.ts';
import type { ConnectOptions, Session } from '../warehouse.ts';
import { failureKind, messageOf } from './failure.ts';
import type { Options } from './index.ts';
import { openJobs } from './jobs.ts';
import { sessionOn } from './session.ts';

const SCOPES = ['https://www.googleapis.com/auth/bigquery'];

/** Throws E307 (77) when the credentials are refused, E308 (75) when it cannot be reached, E309 for other failures. */
export async function connect(request: ConnectOptions, options: Options): Promise<Session> {
  try {
    const jobs = openJobs(request.world, await clientOf(request, options), options);
    // Harmless, free, and refused where the credentials are.
    await jobs.run('SELECT 1', { dryRun: true });
    return sessionOn(request, jobs, options);
  } catch (error) {
    throw error instanceof DiagnosedError ? error : new DiagnosedError([connectionFailure(error)]);
  }
}

function connectionFailure(error: unknown): Diagnostic {
  const parameters = { warehouse: 'BigQuery', detail: messageOf(error) };
  const failure = failureKind(error);
  if (failure === 'credentials' || failure === 'permission') return diagnose('E307', parameters);
  return failure === 'transient' ? diagnose('E308', parameters) : diagnose('E309', parameters);
}

async function clientOf({ root, label }: ConnectOptions, options: Options): Promise<BigQuery> {
  const { BigQuery } = await import('@google-cloud/bigquery');
  const { project: projectId, location, endpoint } = options;
  const settings: BigQueryOptions = {
    projectId,
    location,
    userAgent: label,
    ...(await authOf(root, options)),
  };
  return new BigQuery({ ...settings, ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }) });
}

/** How to authenticate, in the client's words; nothing for the application default credentials. */
async function authOf(root: string, options: Options): Promise<BigQueryOptions> {
  const { key_file, credentials, access_token, impersonate } = options;
  const own: BigQueryOptions =
    access_token !== undefined
      ? { authClient: await tokenClient(textOf(access_token)) }
      : credentials !== undefined
        ? { credentials: JSON.parse(textOf(credentials)) }
        : key_file !== undefined
          ? { keyFilename: resolve(root, key_file) }
          : {};
  if (impersonate === undefined) return own;
  const { GoogleAuth, Impersonated } = await import('google-auth-library');
  const { authClient, ...source } = own;
  const sourceClient =
    authClient ?? (await new GoogleAuth({ ...(source as object), scopes: SCOPES }).getClient());
  const acting = new Impersonated({
    sourceClient: sourceClient as never,
    targetPrincipal: impersonate,
    targetScopes: SCOPES,
  });
  return { authClient: acting as never };
}

async function tokenClient(token: string): Promise<never> {
  const { OAuth2Client } = await import('google-auth-library');
  const client = new OAuth2Client();
  client.setCredentials({ access_token: token });
  return client as never;
}

function textOf(secret: string | Secret): string {
  return secret instanceof Secret ? secret.reveal() : secret;
}
