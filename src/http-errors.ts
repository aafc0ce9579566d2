/** What went wrong with a request, in the words of `NetworkError`: never an address, a header or a body. */
import { NetworkError } from './world.ts';

/** The address is private and the request did not allow that. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
  readonly code = 'PRIVATE_ADDRESS';
}

interface Cause {
  readonly reason: string;
  readonly sent: boolean;
  readonly text: string;
}

const BY_CODE: Record<string, Cause> = {
  PRIVATE_ADDRESS: { reason: 'private_address', sent: false, text: 'the address is private' },
  ECONNREFUSED: { reason: 'refused', sent: false, text: 'the connection was refused' },
  ENOTFOUND: { reason: 'dns', sent: false, text: 'the host name does not exist' },
  EAI_AGAIN: { reason: 'dns', sent: false, text: 'the host name could not be resolved' },
  EAI_FAIL: { reason: 'dns', sent: false, text: 'the host name could not be resolved' },
  EHOSTUNREACH: { reason: 'refused', sent: false, text: 'the host cannot be reached' },
  ENETUNREACH: { reason: 'refused', sent: false, text: 'the network cannot be reached' },
  UND_ERR_CONNECT_TIMEOUT: { reason: 'timeout', sent: false, text: 'no connection was made in time' },
  ERR_INVALID_URL: { reason: 'other', sent: false, text: 'the address is not a URL' },
  UND_ERR_INVALID_ARG: { reason: 'other', sent: false, text: 'the request is not valid HTTP' },
  UND_ERR_SOCKET: { reason: 'reset', sent: true, text: 'the connection was closed before the answer' },
  ECONNRESET: { reason: 'reset', sent: true, text: 'the connection was closed before the answer' },
  EPIPE: { reason: 'reset', sent: true, text: 'the connection was closed before the answer' },
};

const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|UND_ERR_PRX_TLS)/;

/** The client has no code of its own for it. */
const PROXY_ANSWER = /^Proxy response \((\d{3})\) !== 200/;

/** Any failure of the client -> a `NetworkError`. A code that is not known counts as sent: that is the safe side. */
export function networkError(
  error: unknown,
  deadline: { readonly timedOut: boolean; readonly timeoutMs: number },
): NetworkError {
  if (deadline.timedOut) {
    return new NetworkError('timeout', true, `no answer came within ${deadline.timeoutMs} ms`);
  }
  const {
    code = '',
    name = '',
    message = '',
    syscall,
  } = (error ?? {}) as { code?: string; name?: string; message?: string; syscall?: string };
  const refusedByProxy = PROXY_ANSWER.exec(message)?.[1];
  if (refusedByProxy) {
    return new NetworkError('proxy', false, `the proxy let nothing through (HTTP ${refusedByProxy})`);
  }
  if (name === 'AbortError' || code === 'UND_ERR_ABORTED') {
    return new NetworkError('aborted', true, 'the request was given up');
  }
  const known = BY_CODE[code];
  if (known) return new NetworkError(known.reason, known.sent, known.text);
  if (TLS_CODE.test(code)) {
    return new NetworkError('tls', false, 'the other side’s certificate was not accepted, or TLS failed');
  }
  if (code === 'ETIMEDOUT') {
    return new NetworkError('timeout', syscall !== 'connect', 'the connection timed out');
  }
  const detail = /^[A-Z][A-Z0-9_]*$/.test(code) ? ` (${code})` : '';
  return new NetworkError('other', true, `the request failed${detail}`);
}
