/** Kinds of identifiers. Destinations know how to put them into the form that they want. */

/** Each is enough to tell a person by. */
export const TELLING_KINDS = ['email', 'phone', 'external_id'] as const;

/** What many have in common: they help to match whom another identifier tells, and tell nobody by themselves. */
export const HELPING_KINDS = ['first_name', 'last_name', 'city', 'region', 'postal_code', 'country'] as const;

export const IDENTIFIER_KINDS = [...TELLING_KINDS, ...HELPING_KINDS] as const;

/** True for a kind by which alone nobody is told. */
export function isHelping(kind: string): boolean {
  return (HELPING_KINDS as readonly string[]).includes(kind);
}
