/** Google's token endpoint: for a refresh token, or for an assertion that a service account has signed. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { GoogleSetting } from './google-jobs.ts';
import type { Call, Reply } from './simulator.ts';

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

export function openTokenEndpoint({ serviceAccount = false }: GoogleSetting) {
  const letIn = new Set<string>();
  let given = 0;
  let isRefusing = false;
  let isNextSpoilt = false;

  function answer({ method, headers, body, ...call }: Call): Reply {
    const form = new URLSearchParams(body);
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded')
      return { status: 400, body: { error: 'invalid_request' } };
    const address = `http://${headers.host}${call.path}`;
    const isGood = serviceAccount ? isSigned(form, address) : isRefresh(form);
    if (isRefusing || !isGood)
      return { status: 400, body: { error: 'invalid_grant', error_description: 'no' } };
    const token = `ya29.token-${++given}`;
    if (isNextSpoilt) isNextSpoilt = false;
    else letIn.add(token);
    return { status: 200, body: { access_token: token, expires_in: 3599, token_type: 'Bearer' } };
  }

  return {
    answer,
    isLetIn: (authorization = '') => letIn.has(authorization.replace(/^Bearer /, '')),
    /** Those that were given have expired. */
    expire: () => letIn.clear(),
    /** The next token that is given has expired when it is used. */
    spoilNext() {
      letIn.clear();
      isNextSpoilt = true;
    },
    /** Says that the grant was taken back. */
    refuse(refusing: boolean) {
      isRefusing = refusing;
      letIn.clear();
    },
    /** How many tokens were given. */
    given: () => given,
    file: serviceAccount
      ? `service_account: "\${env:GOOGLE_SERVICE_ACCOUNT}"`
      : `client_id: ${CLIENT_ID}\nclient_secret: "\${env:GOOGLE_CLIENT_SECRET}"\nrefresh_token: "\${env:GOOGLE_REFRESH_TOKEN}"`,
    environment: (serviceAccount
      ? { GOOGLE_SERVICE_ACCOUNT: SERVICE_ACCOUNT }
      : { GOOGLE_CLIENT_SECRET: CLIENT_SECRET, GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN }) as Record<
      string,
      string
    >,
  };
}

function isRefresh(form: URLSearchParams): boolean {
  const expected = { grant_type: 'refresh_token', ...OPTIONS };
  return (
    [...form.keys()].length === 4 &&
    Object.entries(expected).every(([name, value]) => form.get(name) === value)
  );
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
