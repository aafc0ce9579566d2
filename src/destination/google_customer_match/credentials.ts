/** The two kinds of credentials: a refresh token with its client, or the key of a service account. */
import type { Secret } from '../../config/project.ts';
import { isRecord } from '../json.ts';
import { reveal } from '../options.ts';

export interface GivenCredentials {
  readonly client_id?: string | undefined;
  readonly client_secret?: Secret | string | undefined;
  readonly refresh_token?: Secret | string | undefined;
  readonly service_account?: Secret | string | undefined;
}

export type Credentials =
  | { readonly serviceAccount: string }
  | { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };

/** Where nothing is sent they may be missing. */
export function credentialsOf(given: GivenCredentials): Credentials {
  const { client_id, client_secret, refresh_token, service_account } = given;
  if (service_account !== undefined) return { serviceAccount: reveal(service_account) };
  return {
    clientId: client_id ?? '',
    clientSecret: reveal(client_secret ?? ''),
    refreshToken: reveal(refresh_token ?? ''),
  };
}

export interface ServiceAccountKey {
  readonly email: string;
  readonly privateKey: string;
}

/** What the text of a service account's key holds; undefined where it is none. */
export function keyOf(text: string): ServiceAccountKey | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (!isRecord(json)) return undefined;
    const { client_email: email, private_key: privateKey } = json;
    return typeof email === 'string' && typeof privateKey === 'string' ? { email, privateKey } : undefined;
  } catch {
    return undefined;
  }
}
