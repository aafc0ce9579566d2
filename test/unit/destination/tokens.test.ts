/** Access tokens for a refresh token, over real HTTP, with a clock that the test sets. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApi } from '../../../src/destination/api.ts';
import { authorized, fixedToken, grantedTokens, refreshedTokens } from '../../../src/destination/tokens.ts';
import { SECOND } from '../../../src/instant.ts';
import { type Call, type Reply, type Simulator, startSimulator } from '../../destinations/simulator.ts';
import { simulatedWorld } from '../../simulated-world.ts';

const CLIENT = { clientId: 'the-client', clientSecret: 'the-secret', refreshToken: 'the-refresh-token' };
const CALLS = { timeoutMs: 5_000, allowPrivateAddress: true };

let server: Simulator;
let made: number;
let valid: string;
let refusal: Reply | undefined;

beforeEach(async () => {
  [made, valid, refusal] = [0, '', undefined];
  server = await startSimulator(answer, () => false);
});
afterEach(() => server.close());

function answer({ path, headers, body }: Call): Reply {
  if (path !== '/token')
    return headers.authorization === `Bearer ${valid}`
      ? { status: 200, body: { ok: true } }
      : { status: 401 };
  if (refusal) return refusal;
  expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
    grant_type: 'refresh_token',
    refresh_token: CLIENT.refreshToken,
    client_id: CLIENT.clientId,
    client_secret: CLIENT.clientSecret,
  });
  valid = `token-${++made}`;
  return { status: 200, body: { access_token: valid, expires_in: 3600, token_type: 'Bearer' } };
}

function open(world = simulatedWorld(0n)) {
  const options = { world, destination: 'ads', url: `${server.url}/token`, ...CLIENT, ...CALLS };
  const tokens = refreshedTokens(options);
  return { tokens, api: authorized(openApi(world, { base: server.url, ...CALLS }), tokens), world };
}

const GET = { method: 'GET', path: '/thing' } as const;

describe('a token for a refresh token', () => {
  it('is got once for calls that come together, and used until shortly before its end', async () => {
    const { api, world } = open();
    await Promise.all([api(GET), api(GET), api(GET)]);
    world.set(3539n * SECOND);
    expect((await api(GET)).status).toBe(200);
    expect(made).toBe(1);
    world.set(3540n * SECOND);
    expect((await api(GET)).status).toBe(200);
    expect(made).toBe(2);
  });

  it('that is refused is got anew, once a call', async () => {
    const { api } = open();
    await api(GET);
    valid = 'taken back';
    expect((await api(GET)).status).toBe(200);
    expect(made).toBe(2);
  });

  it('is refused twice: the answer is the caller’s to judge', async () => {
    const { api } = open();
    await api(GET);
    const calls = server.calls.length;
    // Every new token is refused, too.
    const strict = authorized(
      openApi(simulatedWorld(0n), { base: server.url, ...CALLS }),
      grantedTokens(simulatedWorld(0n), async () => ({ token: 'never', seconds: 3600 })),
    );
    expect((await strict(GET)).status).toBe(401);
    expect(server.calls.length - calls).toBe(2);
  });

  it.each([
    [400, { error: 'invalid_grant', error_description: 'Token of ada@example.com expired' }],
    [401, { error: 'invalid_client' }],
  ])('that is not to be had (%i %j) stops with E406, and nobody’s words', async (status, body) => {
    refusal = { status, body };
    const error = await open()
      .tokens.get()
      .catch((each: unknown) => each);
    const said = JSON.stringify(error);
    expect(said).toContain('E406');
    expect(said).not.toMatch(/ada@|the-secret|the-refresh-token/);
  });

  it.each([429, 503, 302, 200])('may be had later (%i): no answer yet', async (status) => {
    refusal = { status };
    await expect(open().tokens.get()).rejects.toMatchObject({ name: 'NetworkError', sent: false });
  });
});

it('a token that was given is sent as it is, and asked for once', async () => {
  const api = authorized(openApi(simulatedWorld(0n), { base: server.url, ...CALLS }), fixedToken('mine'));
  valid = 'another';
  expect((await api(GET)).status).toBe(401);
  expect(server.calls.length).toBe(1);
  valid = 'mine';
  expect((await api(GET)).status).toBe(200);
});
