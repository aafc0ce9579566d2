/** The form of each kind of identifier, as the options say it. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { emailAddress, isHashed, phoneNumber } from '../normalise.ts';

const FORMS = ['email', 'phone', 'phone_digits', 'lower', 'trim', 'none'] as const;
const HASHES = ['none', 'sha256', 'sha256_base64', 'sha1', 'md5'] as const;

const rules = z.strictObject({
  /** Default: by the kind. */
  form: z.enum(FORMS).optional(),
  hash: z.enum(HASHES).default('none'),
  /** The warehouse holds SHA-256 already: it is sent as it is, and what is none is not usable. */
  hashed: z.boolean().default(false),
});

export type IdentifierRules = z.output<typeof rules>;

/** Kind -> its form. */
export const identifierOptions = z
  .record(z.string().regex(/^[a-z0-9_]+$/, 'expected a kind of identifier, such as `email`'), rules)
  .refine((kinds) => Object.keys(kinds).length > 0, 'name at least one kind of identifier');

/** Undefined for a kind that is not named, and for what cannot be one. */
export function identifierOf(
  rules: Partial<IdentifierRules> | undefined,
  kind: string,
  value: string,
  defaultCountry?: string,
): string | undefined {
  if (!rules) return undefined;
  if (rules.hashed) return isHashed(value) ? value.trim().toLowerCase() : undefined;
  const plain = formed(rules.form ?? FORM_OF[kind] ?? 'trim', value, defaultCountry);
  return plain === undefined || plain === '' ? undefined : hashed(rules.hash ?? 'none', plain);
}

const FORM_OF: Readonly<Record<string, (typeof FORMS)[number]>> = { email: 'email', phone: 'phone' };

function formed(
  form: (typeof FORMS)[number],
  value: string,
  defaultCountry: string | undefined,
): string | undefined {
  switch (form) {
    case 'email':
      return emailAddress(value);
    case 'phone':
      return phoneNumber(value, defaultCountry);
    case 'phone_digits':
      return phoneNumber(value, defaultCountry)?.slice(1);
    case 'lower':
      return value.trim().toLowerCase();
    case 'trim':
      return value.trim();
    default:
      return value;
  }
}

function hashed(hash: (typeof HASHES)[number], text: string): string {
  if (hash === 'none') return text;
  const [algorithm, encoding = 'hex'] = hash.split('_') as [string, ('hex' | 'base64')?];
  return createHash(algorithm).update(text, 'utf8').digest(encoding);
}
