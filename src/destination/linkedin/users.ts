/** People as LinkedIn matches them. Source: LinkedIn Marketing API, matched audiences, DMP segment users. */
import type { Batch, Change } from '../destination.ts';
import { emailAddress, isHashed, sha256 } from '../normalise.ts';

export const KINDS = ['email'] as const;

/** Trimmed, lower case, dots and tags kept, hashed. Undefined for what is no address. */
export function identifierOf(kind: string, value: string, hashed: ReadonlySet<string>): string | undefined {
  if (kind !== 'email') return undefined;
  if (hashed.has(kind)) return isHashed(value) ? value.trim().toLowerCase() : undefined;
  const address = emailAddress(value);
  return address === undefined ? undefined : sha256(address);
}

export interface UsersBody {
  readonly elements: readonly {
    readonly action: 'ADD' | 'REMOVE';
    readonly userIds: readonly { readonly idType: 'SHA256_EMAIL'; readonly idValue: string }[];
  }[];
}

/** A call's body: an element a change, in their order, with all addresses of the person. */
export function usersBody({ op, changes, kinds }: Pick<Batch, 'op' | 'changes' | 'kinds'>): UsersBody {
  const action = op === 'remove' ? 'REMOVE' : 'ADD';
  return { elements: changes.map((change) => ({ action, userIds: userIds(change, kinds) })) };
}

/** An identifier that the entity no longer has, still in the ledger, goes by its name. */
function userIds({ identifiers }: Change, kinds: Batch['kinds']): UsersBody['elements'][number]['userIds'] {
  return Object.entries(identifiers)
    .filter(([name]) => (kinds[name] ?? name) === 'email')
    .map(([, idValue]) => ({ idType: 'SHA256_EMAIL', idValue }));
}
