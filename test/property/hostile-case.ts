/** Random projects whose names and values are hostile, and plain JavaScript that says who is in each segment. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';

const NASTY = [
  ...[
    "'",
    '"',
    '`',
    '\\',
    '\\"',
    "\\'",
    ';--',
    '/*',
    '*/',
    '--',
    '$$',
    '$1',
    '$2',
    '?',
    '??',
    ':T',
    ':name',
    '@p',
    '%',
    '_',
  ],
  ...[
    '${',
    '$' + '{HOME}',
    '}',
    '{{x}}',
    '$(id)',
    '{0}',
    '%s',
    '\n',
    '\r\n',
    '\t',
    '\u001b[2J',
    '\u007f',
    '\u0085',
    '\u00a0',
  ],
  ...[
    '😀',
    '👩‍👩‍👧',
    'é',
    'e\u0301',
    'ß',
    'İ',
    '\u2028',
    '\ufeff',
    '\u202e',
    '中文',
    ' ',
    '.',
    ',',
    '#',
    '!',
    '&',
    '*',
    '|',
    '>',
    '~',
  ],
  ...[
    "' OR ''='",
    "\\'; DROP TABLE canary; --",
    "'); DROP TABLE canary; --",
    '"; DROP TABLE canary; --',
    "E'\\'",
    "x' || y",
  ],
  ...['NULL', 'null', 'true', 'NaN', '<script>', '__proto__', 'constructor', '0x41', '1e3', '-0'],
];

const piece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
/** Without NUL: where that can be held is a test of its own. */
const short = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('').replaceAll('\0', ''));
const long = fc.constantFrom(...NASTY).map((nasty) => [...nasty.repeat(10_000)].slice(0, 10_000).join(''));

/** Any text that both YAML and the warehouse can hold. */
export const hostileText = fc.oneof({ weight: 12, arbitrary: short }, { weight: 1, arbitrary: long });

/** A name of a table or column: at most 60 bytes, told from others by its number. */
function nameOf(text: string, number: number): string {
  let bytes = '';
  for (const letter of text) {
    if (Buffer.byteLength(bytes + letter) > 55) break;
    bytes += letter;
  }
  return `${bytes}${number}`;
}

const NAMES = [
  ...['schema', 'table', 'key', 'value', 'email', 'field', 'consent', 'cursor'],
  ...[
    'events',
    'eventKey',
    'split',
    'time',
    'detail',
    'side',
    'sideKey',
    'sideColumn',
    'sideCursor',
    'trait',
  ],
] as const;
export type Names = Readonly<Record<(typeof NAMES)[number], string>>;

export interface Person {
  readonly key: string;
  readonly value: string | null;
  readonly email: string | null;
  readonly field: string | null;
  readonly consent: string | null;
  readonly side: string | null;
}

export interface Occurrence {
  readonly key: string;
  readonly name: string | null;
  readonly detail: string | null;
}

export interface HostileCase {
  readonly names: Names;
  readonly people: readonly Person[];
  readonly events: readonly Occurrence[];
  /** What is compared with, and what was edited before the second tick. */
  readonly probes: readonly string[];
  readonly newcomer: Person;
  readonly happening: Occurrence;
  readonly share: string;
  readonly audience: string;
  readonly fieldNames: readonly [string, string];
}

export const hostileCase: fc.Arbitrary<HostileCase> = fc
  .record({
    names: fc.tuple(...NAMES.map(() => short)),
    pool: fc.array(hostileText, { minLength: 5, maxLength: 7 }),
    keys: fc.uniqueArray(hostileText, { minLength: 5, maxLength: 8 }),
    share: hostileText,
    audience: short,
    fieldNames: fc.uniqueArray(short, { minLength: 2, maxLength: 2 }),
  })
  .chain(({ names, pool, keys, ...rest }) => {
    const value = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...pool) },
      { weight: 1, arbitrary: fc.constant(null) },
    );
    const person = (key: string): fc.Arbitrary<Person> =>
      fc.record({ key: fc.constant(key), value, email: value, field: value, consent: value, side: value });
    const occurrence = fc.record({ key: fc.constantFrom(...keys), name: value, detail: value });
    return fc.record({
      people: fc.tuple(...keys.slice(1).map(person)),
      newcomer: person(keys[0]!),
      events: fc.array(occurrence, { minLength: 4, maxLength: 10 }),
      happening: fc.record({ key: fc.constantFrom(...keys), name: fc.constantFrom(...pool), detail: value }),
      probes: fc.tuple(...Array.from({ length: 8 }, () => fc.constantFrom(...pool))),
      names: fc.constant(
        Object.fromEntries(NAMES.map((name, index) => [name, nameOf(names[index]!, index + 10)])) as Record<
          (typeof NAMES)[number],
          string
        >,
      ),
      share: fc.constant(`s${rest.share}`),
      audience: fc.constant(nameOf(rest.audience, 7)),
      fieldNames: fc.constant(rest.fieldNames as [string, string]),
    });
  });

export interface HostileSegment {
  readonly where: unknown;
  readonly holds: (person: Person, events: readonly Occurrence[]) => boolean;
}

/** Every way for a text to get into a condition, and what it means. */
export function segmentsOf({ names, probes, share }: HostileCase): Record<string, HostileSegment> {
  const [a, b, c, d, e, f, g, h] = probes as [string, string, string, string, string, string, string, string];
  const trait = names.value;
  const known =
    (test: (value: string) => boolean) =>
    ({ value }: Person) =>
      value !== null && test(value);
  const did =
    (test: (event: Occurrence) => boolean) =>
    ({ key }: Person, events: readonly Occurrence[]): boolean =>
      events.some((event) => event.key === key && test(event));
  return {
    equal: { where: { trait, eq: a }, holds: known((value) => value === a) },
    unequal: { where: { not: { trait, eq: a } }, holds: ({ value }) => value !== a },
    listed: { where: { trait, in: [b, c] }, holds: known((value) => value === b || value === c) },
    unlisted: { where: { trait, not_in: [b, c] }, holds: known((value) => value !== b && value !== c) },
    holding: { where: { trait, contains: part(d) }, holds: known((value) => value.includes(part(d))) },
    starting: { where: { trait, starts_with: part(e) }, holds: known((value) => value.startsWith(part(e))) },
    ending: { where: { trait, ends_with: part(f) }, holds: known((value) => value.endsWith(part(f))) },
    beside: { where: { trait: names.trait, eq: g }, holds: ({ side }) => side === g },
    did: { where: { did: `events.${g}` }, holds: did(({ name }) => name === g) },
    detailed: {
      where: {
        did: `events.${h}`,
        where: { any: [{ [names.detail]: a }, { [names.detail]: { starts_with: part(b) } }] },
      },
      holds: did(
        ({ name, detail }) => name === h && detail !== null && (detail === a || detail.startsWith(part(b))),
      ),
    },
    never: {
      where: { did_not: `events.${g}`, where: { not: { [names.detail]: [c, d] } } },
      holds: (person, events) =>
        !did(({ name, detail }) => name === g && detail !== c && detail !== d)(person, events),
    },
    shared: {
      where: { share: { of: share, below: '50%' } },
      holds: ({ key }) => bucketOf(share, key) < 2 ** 27,
    },
  };
}

/** The middle of a text, whole characters only; never empty. */
function part(text: string): string {
  const letters = [...text].slice(0, 200);
  return letters.slice(0, Math.ceil(letters.length / 2)).join('') || 'x';
}

/** The published hash: 28 bits of MD5 over `NAME:key`. */
function bucketOf(name: string, key: string): number {
  return Number.parseInt(createHash('md5').update(`${name}:${key}`).digest('hex').slice(0, 7), 16);
}
