/** Access tokens for the Data Manager API: for a refresh token, or for a service account. */
import type { JWTOptions } from 'google-auth-library';
import { fail } from '../../diagnostics/diagnostic.ts';
import { SECOND } from '../../instant.ts';
import type { World } from '../../world.ts';
import {
  exchange,
  type Grant,
  grantedTokens,
  refreshedTokens,
  type TokenEndpoint,
  type Tokens,
} from '../tokens.ts';
import { keyOf } from './credentials.ts';
import type { GoogleSettings } from './options.ts';

const SCOPE = 'https://www.googleapis.com/auth/datamanager';
const LASTS_SECONDS = 3600;

/** Asks for none yet. */
export function openTokens(world: World, destination: string, settings: GoogleSettings): Tokens {
  const { tokenUrl: url, timeoutMs, allowPrivateAddress, credentials } = settings;
  const endpoint = { world, destination, url, timeoutMs, allowPrivateAddress };
  if ('serviceAccount' in credentials)
    return grantedTokens(world, () => grantOf(endpoint, credentials.serviceAccount));
  return refreshedTokens({ ...endpoint, ...credentials });
}

/**
 * Google's library signs; the signed assertion goes over the world's network, which knows our limits and the proxy,
 * to the address that the options name: the library itself would always call Google's.
 */
async function grantOf(endpoint: TokenEndpoint, text: string): Promise<Grant> {
  const { destination, world, url } = endpoint;
  const key = keyOf(text);
  if (!key) return refusedKey(destination);
  let granted: Grant | undefined;
  const request = async ({ data }: { data: URLSearchParams }) => {
    granted = await exchange(endpoint, Object.fromEntries(data));
    return { data: { access_token: granted.token, expires_in: granted.seconds } };
  };
  const seconds = Number(world.clock.now() / SECOND);
  const { JWT } = await import('google-auth-library');
  const signer = new JWT({
    email: key.email,
    key: key.privateKey,
    scopes: [SCOPE],
    // By the world's clock, and for the address that is asked.
    additionalClaims: { aud: url, iat: seconds, exp: seconds + LASTS_SECONDS },
    useAuthRequestParameters: false,
    transporter: { request } as unknown as NonNullable<JWTOptions['transporter']>,
  });
  await signer.authorize().catch((error: unknown) => {
    if (isUnsignable(error)) refusedKey(destination);
    throw error;
  });
  return granted!;
}

/** OpenSSL cannot read the key: it was cut, or its line breaks were lost. */
function isUnsignable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('ERR_OSSL') || code.startsWith('ERR_CRYPTO');
}

function refusedKey(destination: string): never {
  return fail('E406', {
    destination,
    detail: 'the private key of the service account cannot be used',
    hint: 'give `service_account` the JSON key as Google Cloud made it, with the `\\n` in its private key',
  });
}
