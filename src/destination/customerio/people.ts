/**
 * People and events as Customer.io takes them. Source: Customer.io Track API, OpenAPI: `identify_person`,
 * `person_event`, `add_to_segment`.
 */
import { SECOND } from '../../instant.ts';
import type { Batch, Change } from '../destination.ts';
import { plainFields } from '../json.ts';
import { emailAddress, identifierOfKind, sha256 } from '../normalise.ts';

/** Kind of identifier -> what Customer.io calls it. */
const ID_TYPES = { external_id: 'id', email: 'email' } as const;

export type IdType = (typeof ID_TYPES)[keyof typeof ID_TYPES];

export const KINDS = Object.keys(ID_TYPES) as (keyof typeof ID_TYPES)[];

/** In clear, and only of the kind that people are known by. */
export function identifierOf(kind: string, value: string, idType: IdType): string | undefined {
  if (ID_TYPES[kind as keyof typeof ID_TYPES] !== idType) return undefined;
  if (kind === 'email') return emailAddress(value);
  return value.trim() === '' ? undefined : value.trim();
}

export interface PersonRef {
  readonly idType: IdType;
  readonly value: string;
}

/** By the kind that is set; one who was added by the other is taken out by that. */
export function refOf(change: Change, kinds: Batch['kinds'], idType: IdType): PersonRef | undefined {
  const wanted = [...KINDS].sort((a, b) => Number(ID_TYPES[b] === idType) - Number(ID_TYPES[a] === idType));
  for (const kind of wanted) {
    const value = identifierOfKind(change, kind, kinds);
    if (value !== undefined) return { idType: ID_TYPES[kind], value };
  }
  return undefined;
}

function personOf(ref: PersonRef | undefined): Record<string, unknown> {
  return { type: 'person', identifiers: ref ? { [ref.idType]: ref.value } : {} };
}

type Refs = readonly (PersonRef | undefined)[];

/** An item a change, in order: sets the fields as attributes, of people who are there unless others may be made. */
export function identifyBody({ changes }: Batch, refs: Refs, createPeople: boolean): unknown {
  const batch = changes.map((change, index) => ({
    ...personOf(refs[index]),
    action: 'identify',
    attributes: { ...plainFields(change.fields), ...(createPeople ? {} : { _update: true }) },
  }));
  return { batch };
}

/** An event of the audience's name a change, in order. Its id is the same when its request comes twice. */
export function eventsBody({ audience, changes, idOf }: Batch, refs: Refs): unknown {
  const batch = changes.map((change, index) => ({
    ...personOf(refs[index]),
    action: 'event',
    id: ulid(change.causedAt / 1000n, idOf(change)),
    name: audience.name,
    timestamp: Number(change.causedAt / SECOND),
    attributes: plainFields(change.fields),
  }));
  return { batch };
}

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 48 bits of time and 80 of a hash, five a letter. Source: the ULID specification. */
export function ulid(ms: bigint, seed: string): string {
  let bits = (BigInt.asUintN(48, ms) << 80n) | BigInt(`0x${sha256(seed).slice(0, 20)}`);
  let text = '';
  for (let letter = 0; letter < 26; letter++) {
    text = LETTERS[Number(bits & 31n)]! + text;
    bits >>= 5n;
  }
  return text;
}

/** The ids of one type that a segment gains or loses, each once. */
export function segmentIds(refs: Refs, idType: IdType): string[] {
  return [...new Set(refs.flatMap((ref) => (ref?.idType === idType ? [ref.value] : [])))];
}
