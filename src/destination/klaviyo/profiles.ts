/**
 * Profiles and events as Klaviyo takes them. Source: Klaviyo OpenAPI, schemas `ProfileImportJobCreateQuery`,
 * `EventsBulkCreateJob` and `ListMembersDeleteQuery`.
 */
import { formatInstant } from '../../instant.ts';
import type { Batch, Change } from '../destination.ts';
import { plainFields } from '../json.ts';
import { emailAddress, identifierOfKind, phoneNumber, sha256 } from '../normalise.ts';

/** Kind of identifier -> attribute of a profile. */
const ATTRIBUTES = { email: 'email', phone: 'phone_number', external_id: 'external_id' } as const;

export type Attribute = (typeof ATTRIBUTES)[keyof typeof ATTRIBUTES];

export const KINDS = Object.keys(ATTRIBUTES) as (keyof typeof ATTRIBUTES)[];

/** Fields of these names are attributes of the profile itself; all others are its properties. */
const OWN_FIELDS = new Set(['first_name', 'last_name', 'organization', 'locale', 'title', 'image']);

/** In clear, and only of the kind that profiles are found by: of one person with two, each could be another profile. */
export function identifierOf(
  kind: string,
  value: string,
  { by, defaultCountry }: { readonly by: Attribute; readonly defaultCountry?: string | undefined },
): string | undefined {
  if (ATTRIBUTES[kind as keyof typeof ATTRIBUTES] !== by) return undefined;
  if (kind === 'email') return emailAddress(value);
  if (kind === 'phone') return phoneNumber(value, defaultCountry);
  return value.trim() === '' ? undefined : value.trim();
}

/** What a profile is found by. */
export interface ProfileRef {
  readonly attribute: Attribute;
  readonly value: string;
}

/** By the attribute that is set; one who was added when it was another is taken off by that one. */
export function refOf(
  change: Pick<Change, 'identifiers'>,
  kinds: Batch['kinds'],
  by: Attribute,
): ProfileRef | undefined {
  const wanted = [...KINDS].sort((a, b) => Number(ATTRIBUTES[b] === by) - Number(ATTRIBUTES[a] === by));
  for (const kind of wanted) {
    const value = identifierOfKind(change, kind, kinds);
    if (value !== undefined) return { attribute: ATTRIBUTES[kind], value };
  }
  return undefined;
}

/** Under which a profile is remembered: an address is the same in any case. */
export function nameOf({ attribute, value }: ProfileRef): string {
  return `${attribute}=${attribute === 'email' ? value.toLowerCase() : value}`;
}

function profile({ identifiers }: Change, kinds: Batch['kinds'], by: Attribute): Record<string, string> {
  const ref = refOf({ identifiers }, kinds, by);
  return ref ? { [ref.attribute]: ref.value } : {};
}

/** Makes or updates profiles and puts them on the list. Two rows of one profile are one. */
export function importBody(batch: Batch, by: Attribute): unknown {
  const profiles = new Map<string, Record<string, unknown>>();
  for (const change of batch.changes) {
    const who = profile(change, batch.kinds, by);
    const known = profiles.get(JSON.stringify(who));
    profiles.set(JSON.stringify(who), merged(known, { ...who, ...attributesOf(change) }));
  }
  const data = [...profiles.values()].map((attributes) => ({ type: 'profile', attributes }));
  return {
    data: {
      type: 'profile-bulk-import-job',
      attributes: { profiles: { data } },
      relationships: { lists: { data: [{ type: 'list', id: batch.audience.ref }] } },
    },
  };
}

function merged(known: Record<string, unknown> | undefined, attributes: Record<string, unknown>) {
  const properties = { ...(known?.properties as object), ...(attributes.properties as object) };
  const hasSome = Object.keys(properties).length > 0;
  return { ...known, ...attributes, ...(hasSome ? { properties } : {}) };
}

function attributesOf({ fields }: Change): Record<string, unknown> {
  const all = Object.entries(plainFields(fields));
  const properties = all.filter(([name]) => !OWN_FIELDS.has(name));
  return {
    ...Object.fromEntries(all.filter(([name]) => OWN_FIELDS.has(name))),
    ...(properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
  };
}

/**
 * An event of the audience's name for each member. A `unique_id` that is repeated makes Klaviyo drop the whole request:
 * it is of the batch, so that either all of them are new or none is.
 */
export function eventsBody(batch: Batch, by: Attribute): unknown {
  const metric = { data: { type: 'metric', attributes: { name: batch.audience.name } } };
  const data = batch.changes.map((change) => {
    const event = {
      time: formatInstant(change.causedAt),
      unique_id: sha256(`${batch.id} ${change.key}`).slice(0, 32),
      properties: plainFields(change.fields),
      metric,
    };
    const attributes = {
      profile: { data: { type: 'profile', attributes: profile(change, batch.kinds, by) } },
      events: { data: [{ type: 'event', attributes: event }] },
    };
    return { type: 'event-bulk-create', attributes };
  });
  return { data: { type: 'event-bulk-create-job', attributes: { 'events-bulk-create': { data } } } };
}

/** Takes profiles off a list, by Klaviyo's own ids. */
export function removalBody(ids: Iterable<string>): unknown {
  return { data: [...ids].map((id) => ({ type: 'profile', id })) };
}
