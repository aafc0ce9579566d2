/** Everything in these tests' data that must not be told: people in every spelling and hash, and secrets. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';

export interface Person {
  readonly key: string;
  readonly email: string;
  readonly phone: string;
  readonly name: string;
}

export const PEOPLE: readonly Person[] = ['Quennell', 'Xanthos', 'Zwicky', 'Jurgensen', 'Wozzeck'].map(
  (name, index) => ({
    key: `K-${name}-${index}7`,
    email: `${name.toLowerCase()}.${index}@leaky.example`,
    phone: `+49170555${index}${index}77`,
    name: `Ottoline ${name}`,
  }),
);

export const SECRETS = {
  /** Signs the requests. */
  signing: `whsec_${Buffer.from('kept-from-everybody-for-ever-and-ever').toString('base64')}`,
  token: 'tok-live-Hush4711Hush',
  /** In the address of the endpoint. */
  path: 'cap-99-url-hush',
  password: 'pw-Hush-0815',
};

const hashes = ['md5', 'sha1', 'sha256'] as const;

/** Value -> what of it may show nowhere, in lower case. */
function spellings(value: string): string[] {
  const plain = value.toLowerCase();
  const hashed = hashes.flatMap((name) =>
    [value, plain].map((text) => createHash(name).update(text).digest('hex')),
  );
  return [plain, ...hashed, Buffer.from(value).toString('base64').toLowerCase().replace(/=+$/, '')];
}

export const NEEDLES: readonly string[] = [
  ...PEOPLE.flatMap(({ key, email, phone, name }) => [
    ...[key, email, phone].flatMap(spellings),
    phone.slice(1),
    email.split('@')[0]!,
    encodeURIComponent(email).toLowerCase(),
    name.split(' ')[1]!.toLowerCase(),
  ]),
  'leaky.example',
  'ottoline',
  ...Object.values(SECRETS).flatMap(spellings),
  SECRETS.signing.slice('whsec_'.length).toLowerCase(),
];

/** The needles that a text holds. */
export function foundIn(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase();
  return NEEDLES.filter((needle) => plain.includes(needle));
}

export function expectClean(texts: Readonly<Record<string, string>>): void {
  for (const [where, text] of Object.entries(texts)) expect(foundIn(text), `${where}:\n${text}`).toEqual([]);
}
