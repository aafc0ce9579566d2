/** Google's token endpoint: for a refresh token, or for an assertion that a service account has signed. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { GoogleSetting } from './google-jobs.ts';
import { isRefresh, openTokenEndpoint, type TokenEndpoint } from './token-endpoint.ts';

export const CLIENT_ID = '42-client.apps.googleusercontent.com';
const CLIENT_SECRET = 'GOCSPX-the-secret-of-the-client';
const REFRESH_TOKEN = '1//0-a-refresh-token';
const EMAIL = 'segsync@project.iam.gserviceaccount.com';
const SCOPE = 'https://www.googleapis.com/auth/datamanager';

/** Made once: keys take their time. */
const PAIR = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export const SERVICE_ACCOUNT = JSON.stringify({
  ...{ type: 'service_account', project_id: 'project', private_key_id: '1', private_key: PAIR.privateKey },
  ...{ client_email: EMAIL, client_id: '7', token_uri: 'https://oauth2.googleapis.com/token' },
});

export const OPTIONS = { client_id: CLIENT_ID, client_secret: CLIENT_SECRET, refresh_token: REFRESH_TOKEN };

export interface GoogleTokens extends TokenEndpoint {
  /** The credentials in a destination's file, and what the references in it stand for. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
}

export function openGoogleTokens({ serviceAccount = false }: GoogleSetting): GoogleTokens {
  if (serviceAccount)
    return {
      ...openTokenEndpoint(isSigned),
      file: `service_account: "\${env:GOOGLE_SERVICE_ACCOUNT}"`,
      environment: { GOOGLE_SERVICE_ACCOUNT: SERVICE_ACCOUNT },
    };
  return {
    ...openTokenEndpoint((form) => isRefresh(form, OPTIONS)),
    file: `client_id: ${CLIENT_ID}\nclient_secret: "\${env:GOOGLE_CLIENT_SECRET}"\nrefresh_token: "\${env:GOOGLE_REFRESH_TOKEN}"`,
    environment: { GOOGLE_CLIENT_SECRET: CLIENT_SECRET, GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN },
  };
}

/** An assertion that this account has signed, for this address, now. */
function isSigned(form: URLSearchParams, address: string): boolean {
  const assertion = form.get('assertion') ?? '';
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return false;
  const signed = Buffer.from(`${header}.${payload}`);
  const key = createPublicKey(PAIR.publicKey);
  if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))) return false;
  const { iss, aud, scope, iat, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const now = Date.now() / 1000;
  return (
    iss === EMAIL && aud === address && scope === SCOPE && Math.abs(iat - now) < 600 && exp - iat <= 3600
  );
}
