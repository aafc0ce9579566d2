/** An OAuth token endpoint, as the simulators of vendors have one. */
import type { Call, Reply } from './simulator.ts';

export interface TokenEndpoint {
  /** For a call of the endpoint's path. */
  answer(call: Call): Reply;
  /** True for the header of a token that was given and has not expired. */
  isLetIn(authorization: string | undefined): boolean;
  /** Those that were given have expired. */
  expire(): void;
  /** The next token that is given has expired when it is used. */
  spoilNext(): void;
  /** Says that the grant was taken back. */
  refuse(refusing: boolean): void;
  /** How many tokens were given. */
  given(): number;
}

/** `isGood` judges the form that came to `address`. */
export function openTokenEndpoint(
  isGood: (form: URLSearchParams, address: string) => boolean,
): TokenEndpoint {
  const letIn = new Set<string>();
  let given = 0;
  let isRefusing = false;
  let isNextSpoilt = false;
  return {
    answer({ method, headers, body, path }) {
      if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded')
        return { status: 400, body: { error: 'invalid_request' } };
      if (isRefusing || !isGood(new URLSearchParams(body), `http://${headers.host}${path}`))
        return { status: 400, body: { error: 'invalid_grant', error_description: 'no' } };
      const token = `an-access-token-${++given}`;
      if (isNextSpoilt) isNextSpoilt = false;
      else letIn.add(token);
      return { status: 200, body: { access_token: token, expires_in: 3599, token_type: 'Bearer' } };
    },
    isLetIn: (authorization = '') => letIn.has(authorization.replace(/^Bearer /, '')),
    expire: () => letIn.clear(),
    spoilNext() {
      letIn.clear();
      isNextSpoilt = true;
    },
    refuse(refusing) {
      isRefusing = refusing;
      letIn.clear();
    },
    given: () => given,
  };
}

/** A form with just these fields, whose grant is a refresh token. */
export function isRefresh(form: URLSearchParams, fields: Readonly<Record<string, string>>): boolean {
  const expected = Object.entries({ grant_type: 'refresh_token', ...fields });
  return (
    [...form.keys()].length === expected.length && expected.every(([name, value]) => form.get(name) === value)
  );
}
