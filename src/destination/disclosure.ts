/**
 * What the other side says about a row is shown and stored, and it likes to repeat what it was sent. Its words
 * pass only when nothing of a person is in them.
 */
import type { Batch, FieldValue } from './destination.ts';

/** Longest message that is kept, in characters. */
const MAX_MESSAGE = 200;

/** Looks like an address, or like a number that could be a phone or an account. */
const PERSONAL_LOOK = /@|%40|\d[\d\s().-]{5,}\d/i;

export interface Disclosure {
  /** The text, shortened, or undefined when it holds a value of the batch or a secret, or looks like one. */
  pass(text: string): string | undefined;
}

/** A hash or a token: the other side may have made it of a person's data, or got it from elsewhere. */
const RANDOM_LOOK = /(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{20,}/;

/** Knows the keys, identifiers and field values of a batch, whole and word by word, and the secrets it is sent with. */
export function openDisclosure(batch: Batch, secrets: readonly string[] = []): Disclosure {
  const words = new Set<string>();
  const phrases = new Set<string>();
  for (const value of valuesOf(batch)) {
    const plain = fold(value);
    // A short plain value (`42`, `al`) stands in too many harmless words: it counts as a word of its own only.
    if (plain.length < 4 && /^[a-z0-9]*$/.test(plain)) words.add(plain);
    else phrases.add(plain);
    for (const word of wordsOf(plain)) if (word.length >= 4) words.add(word);
  }
  words.delete('');
  // Not word by word: `application/json` may be one of them.
  for (const secret of secrets)
    for (const part of fold(secret).split(/\s+/)) if (part.length >= 4) phrases.add(part);
  return {
    pass(text) {
      const plain = fold(text);
      if (PERSONAL_LOOK.test(plain) || RANDOM_LOOK.test(plain)) return undefined;
      if (wordsOf(plain).some((word) => words.has(word))) return undefined;
      for (const phrase of phrases) if (plain.includes(phrase)) return undefined;
      return shorten(text);
    },
  };
}

function* valuesOf(batch: Batch): Generator<string> {
  for (const change of batch.changes) {
    yield change.key;
    yield* Object.values(change.identifiers);
    for (const field of Object.values(change.fields)) yield textOf(field);
  }
}

function textOf(value: FieldValue): string {
  if (typeof value === 'string') return value;
  return value !== null && typeof value === 'object' ? value.number : '';
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}\p{M}]+/u);
}

/** One line of `MAX_MESSAGE` characters at most, none of them half: no warehouse could store it. */
function shorten(text: string): string {
  const line = text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  const letters = [...line];
  return letters.length <= MAX_MESSAGE ? line : `${letters.slice(0, MAX_MESSAGE - 1).join('')}…`;
}
