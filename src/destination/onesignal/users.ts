/** A user's tags as calls take them. Source: Update user; an empty text takes a tag away. */
import type { Batch, Change, FieldValue, Receipt } from '../destination.ts';
import { identifierOfKind } from '../normalise.ts';
import type { OnesignalSettings } from './options.ts';

export const KINDS = ['external_id'] as const;

/** OneSignal makes nobody; somebody may come to be known any day. */
export const UNKNOWN_USER: Receipt = {
  kind: 'rejected',
  daily: true,
  code: 'unknown_user',
  message: 'OneSignal does not know the user: they have to have opened the app or site once',
};

/** In clear. Undefined for what cannot be an alias. */
export function identifierOf(kind: string, value: string): string | undefined {
  if (kind !== 'external_id') return undefined;
  const id = value.trim();
  // It stands in a path, where these are something else.
  return /^\.{0,2}$/.test(id) ? undefined : id;
}

/** The call for the one member of a batch. */
export function callOf(
  { op, audience, changes, kinds }: Batch,
  { appId, aliasLabel }: Pick<OnesignalSettings, 'appId' | 'aliasLabel'>,
): { readonly path: string; readonly body: { readonly properties: { readonly tags: object } } } {
  const [change] = changes as readonly [Change];
  const user = encodeURIComponent(identifierOfKind(change, 'external_id', kinds) ?? '');
  const tags = op === 'remove' ? { [audience.name]: '' } : { ...textsOf(change), [audience.name]: '1' };
  return {
    path: `/apps/${appId}/users/by/${aliasLabel}/${user}`,
    body: { properties: { tags } },
  };
}

/** Tags are texts; one that is empty is none. */
function textsOf({ fields }: Change): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: FieldValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? value.number : String(value);
}
