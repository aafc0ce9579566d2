/** What a message says, and where it may be posted. */
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../../../src/destination/destination.ts';
import { digestOf, messageOf, NOTHING, together } from '../../../../src/destination/slack/message.ts';
import { slackOptions } from '../../../../src/destination/slack/options.ts';
import { batch, change } from '../../../conformance/destination/harness.ts';

const text = (entered: number, left: number, lines: string[] = []) =>
  messageOf('churn_risk', { entered, left, lines }).text;

describe('a text', () => {
  it.each([
    [12, 3, 'churn_risk: +12, -3'],
    [1, 0, 'churn_risk: +1'],
    [0, 1_000_000, 'churn_risk: -1000000'],
  ])('of %i and %i', (entered, left, expected) => {
    expect(text(entered, left)).toBe(expected);
  });

  it('says how many are not listed', () => {
    expect(text(3, 1, ['a', 'b'])).toBe('churn_risk: +3, -1\n• a\n• b\nand 1 more');
    expect(text(2, 0, ['a', 'b'])).toBe('churn_risk: +2\n• a\n• b');
  });
});

describe('a line', () => {
  const lineOf = (fields: Record<string, FieldValue>, include = Object.keys(fields)) =>
    digestOf(batch([change('add', 'the key', { email: 'a@x.test' }, fields)]), include).lines[0];

  it.each([
    [
      { name: 'Ada', n: { number: '12345678901234567890.50' }, vip: true },
      'name: Ada, n: 12345678901234567890.50, vip: true',
    ],
    [{ name: '<!channel> & <@U1>' }, 'name: &lt;!channel&gt; &amp; &lt;@U1&gt;'],
    [{ name: 'two\nlines\u2028three\0' }, 'name: two lines three '],
    [{ name: null }, ''],
  ] as const)('%j', (fields, expected) => {
    expect(lineOf(fields)).toBe(expected);
  });

  it('is cut before it is escaped, and between letters', () => {
    expect(lineOf({ n: '🎈'.repeat(500) })).toBe(`n: ${'🎈'.repeat(146)}…`);
    expect(lineOf({ n: '<'.repeat(500) })).toBe(`n: ${'&lt;'.repeat(146)}…`);
  });

  it('has only what is included, and nobody is listed where nothing is', () => {
    expect(lineOf({ name: 'Ada', plan: 'gold' }, ['plan'])).toBe('plan: gold');
    expect(lineOf({ name: 'Ada' }, ['plan'])).toBe('');
    expect(digestOf(batch([change('add', '1', {}, { name: 'Ada' })]), []).lines).toEqual([]);
    expect(digestOf(batch([change('remove', '1', {}, { name: 'Ada' })]), ['name']).lines).toEqual([]);
  });
});

it('sums up, and lists twenty at most', () => {
  const some = digestOf(
    batch(Array.from({ length: 15 }, (_, n) => change('add', `${n}`, {}, { n: `${n}` }))),
    ['n'],
  );
  const left = digestOf(batch([change('remove', '1')]), ['n']);
  const sum = together([NOTHING, some, left, some, digestOf(batch([change('update', '1')]), ['n'])]);
  expect(sum).toMatchObject({ entered: 30, left: 1 });
  expect(sum.lines).toHaveLength(20);
});

describe('a url', () => {
  it.each([
    ['https://hooks.slack.com/services/T0/B0/x', false, true],
    ['http://hooks.slack.com/services/T0/B0/x', false, false],
    ['https://hooks.slack.com.evil.test/services/T0/B0/x', false, false],
    ['https://user@hooks.slack.com/services/T0/B0/x', false, false],
    ['https://hooks.slack.com@evil.test/services/T0/B0/x', false, false],
    ['https://hooks.slack.com:444/services/T0/B0/x', false, false],
    ['https://hooks.slack.com/workflows/T0/x', false, false],
    ['https://evil.test/', false, false],
    ['http://127.0.0.1:8080/services/T0', true, true],
    ['ftp://127.0.0.1/', true, false],
  ])('%s, with allow_private_address %s', (url, allow_private_address, good) => {
    expect(slackOptions.safeParse({ url, allow_private_address }).success).toBe(good);
  });
});
