import { describe, expect, it } from 'vitest';
import type { Change, FieldValue } from '../../../src/destination/destination.ts';
import { openDisclosure } from '../../../src/destination/disclosure.ts';

function disclosure(key: string, identifiers: Record<string, string>, fields: Record<string, FieldValue>) {
  const change: Change = { op: 'add', key, identifiers, fields, causedAt: 0n };
  return openDisclosure({
    id: 'b',
    op: 'add',
    sync: 's.d',
    segment: 's',
    audience: { name: 's', ref: 's' },
    changes: [change],
    kinds: {},
    events: false,
    idOf: ({ key }) => key,
  });
}

const one = disclosure(
  '42',
  { email: 'Ada.Byron@x.test', phone: '+49 170 555' },
  {
    name: 'Ada Lovelace',
    city: '李雷',
    short: 'Al',
    punctuation: '!?',
    score: { number: '0.5' },
    vip: true,
    none: null,
    empty: '',
  },
);

describe('what holds a value of the batch does not pass', () => {
  it.each([
    'customer 42 is unknown',
    'mail of ada.byron refused',
    'ADA.BYRON@X.TEST',
    'Mr. BYRON is unknown',
    'dear lovelace',
    '用户李雷不存在',
    'no AL here',
    'score 0.5 too low',
    'what!?',
    'Ｌｏｖｅｌａｃｅ is unknown',
    'phone +49 170 555',
  ])('%s', (text) => {
    expect(one.pass(text)).toBeUndefined();
  });
});

describe('what looks personal does not pass, wherever it comes from', () => {
  it.each(['other@mail.test', 'x%40mail.test', 'ring 0170-123-4567', 'card 4111111111111111'])(
    '%s',
    (text) => {
      expect(one.pass(text)).toBeUndefined();
    },
  );
});

describe('what is harmless passes', () => {
  it.each(['invalid_phone', 'also unknown', 'field 421 missing', 'E1234', 'true', 'refused: quota', ''])(
    '%s',
    (text) => {
      expect(one.pass(text)).toBe(text);
    },
  );

  it('on one line, cut to 200 characters, none of them half', () => {
    expect(one.pass('a\r\n\tb\u0000\u001b[31mc')).toBe('a b [31mc');
    const long = one.pass('🎈'.repeat(500))!;
    expect([...long]).toHaveLength(200);
    expect(Buffer.from(long).toString()).toBe(long);
  });
});
