/** E4xx: destinations (E401 to E449) and delivery (from E450). */
import { error } from '../declare.ts';
import { EXIT } from '../exit.ts';

interface Named {
  readonly destination: string;
}

export const DELIVERY_CODES = {
  E401: error<Named & { status: number }>(
    EXIT.credentials,
    (p) => `destination ${p.destination} refuses the credentials (HTTP ${p.status})`,
    () => 'check `secret` and `headers` against what the other side expects',
  ),
  E402: error<Named>(
    EXIT.invalidProject,
    (p) => `the \`url\` of destination ${p.destination} leads to a loopback, link-local or private address`,
    () => 'add `allow_private_address: true` to the destination if that is meant',
  ),
  E403: error<Named & { status: number }>(
    EXIT.failed,
    (p) => `destination ${p.destination} answers with a redirect (HTTP ${p.status}), which is not followed`,
    () => 'put the final address into `url`',
  ),
  E404: error<Named & { detail: string }>(
    EXIT.tryLater,
    (p) => `destination ${p.destination} cannot be reached: ${p.detail}`,
  ),
  E405: error<Named & { status: number }>(
    EXIT.failed,
    (p) => `destination ${p.destination} has no endpoint at its \`url\` (HTTP ${p.status})`,
    () => 'check `url`; what was not delivered is sent by the next run',
  ),
  E406: error<Named & { detail: string; hint: string }>(
    EXIT.credentials,
    (p) => `destination ${p.destination} refuses the credentials: ${p.detail}`,
    (p) => p.hint,
  ),
  E407: error<Named & { detail: string; hint: string }>(
    EXIT.failed,
    (p) => `destination ${p.destination} cannot be used: ${p.detail}`,
    (p) => p.hint,
  ),
  E411: error<Named & { path: string; reason: string }>(
    EXIT.failed,
    (p) => `destination ${p.destination} cannot write ${p.path}: ${p.reason}`,
  ),
  E412: error<Named & { path: string; reason: string }>(
    EXIT.failed,
    (p) => `destination ${p.destination} cannot use the folder ${p.path}: ${p.reason}`,
  ),
} as const;
