/** Identifiers in the forms that other sides want. */
import { describe, expect, it } from 'vitest';
import { emailAddress, isHashed, phoneNumber, sha256 } from '../../../src/destination/normalise.ts';

describe('an e-mail address', () => {
  it.each([
    [' Ada.Lovelace@Example.COM ', 'ada.lovelace@example.com'],
    ['first.last+tag@gmail.com', 'first.last+tag@gmail.com'],
    ['ZOË@exämple.de', 'zoë@exämple.de'],
    ["o'neill@example.co.uk", "o'neill@example.co.uk"],
  ])('%j', (text, expected) => expect(emailAddress(text)).toBe(expected));

  it.each(['', ' ', 'ada', '@example.com', 'ada@', 'ada@example', 'a@b@c.com', 'a b@c.com', 'a@c.', 'a@c..'])(
    '%j is none',
    (text) => expect(emailAddress(text)).toBeUndefined(),
  );
});

describe('a phone number', () => {
  it.each([
    ['+49 (151) 1234-5678', undefined, '+4915112345678'],
    ['0151 12345678', 'DE', '+4915112345678'],
    ['0151 12345678', 'de', '+4915112345678'],
    ['(650) 253-0000', 'US', '+16502530000'],
    ['+33 6 12 34 56 78', 'DE', '+33612345678'],
    ['06 12 34 56 78', 'FR', '+33612345678'],
  ])('%j, %s', (text, country, expected) => expect(phoneNumber(text, country)).toBe(expected));

  it.each([
    ['0151 12345678', undefined],
    ['0151 12345678', 'XX'],
    ['12', 'DE'],
    ['', 'DE'],
    ['call me', 'DE'],
    ['+99999999999999999999', undefined],
  ])('%j, %s is none', (text, country) => expect(phoneNumber(text, country)).toBeUndefined());
});

it('hashes the UTF-8 of a text', () => {
  expect(sha256('test')).toBe('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08');
  expect(sha256('zoë')).toBe('2752b88686847fa5c86f47b94ce652b7b3f22a91c37617d451a4db9afa431450');
  expect(isHashed(` ${sha256('x').toUpperCase()} `)).toBe(true);
  expect(isHashed(sha256('x').slice(1))).toBe(false);
});
