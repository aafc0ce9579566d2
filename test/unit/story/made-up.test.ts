/** What stands for a person's own values answers every test as they do. */
import { expect, it } from 'vitest';
import type { Test } from '../../../src/segment/condition.ts';
import { MadeUp, madeUpKey, madeUpNumber } from '../../../src/story/made-up.ts';
import type { RecordedColumn } from '../../../src/story/recorded-tables.ts';

const place = { file: '', line: 1, column: 1 };
const column = (of: Partial<RecordedColumn>): RecordedColumn => ({ name: 'c', tests: [], ...of });
const text = (value: string) => ({ type: 'text', text: value }) as const;

it('is the same for the same text, and another for another', () => {
  const madeUp = new MadeUp();
  expect(madeUp.text('Grace', column({}))).toBe('text_1');
  expect(madeUp.text('Ada', column({}))).toBe('text_2');
  expect(madeUp.text('Grace', column({ name: 'd' }))).toBe('text_1');
});

it('has the form of its identifier', () => {
  const madeUp = new MadeUp();
  expect(madeUp.text('g@navy.example', column({ identifier: 'email' }))).toBe('person_1@example.com');
  expect(madeUp.text('+4912345', column({ identifier: 'phone' }))).toBe('+15550100001');
});

it('keeps what a condition itself says', () => {
  const tests: Test[] = [{ op: 'in', values: [text('US'), text('DE')], place }];
  expect(new MadeUp().text('US', column({ tests }))).toBe('US');
  expect(new MadeUp().text('GB', column({ tests }))).toBe('text_1');
});

it.each<[string, Test, string]>([
  ['ends as asked', { op: 'ends_with', text: '@navy.example', place }, 'g@navy.example'],
  ['does not, where the value does not', { op: 'contains', text: 'ex', place }, 'Grace'],
  ['lies on its side', { op: 'gt', value: text('u'), place }, 'xavier'],
])('%s', (_, test, value) => {
  const made = new MadeUp().text(value, column({ tests: [test] }));
  expect(made).not.toBe(value);
  if ('text' in test) {
    const holds = (of: string): boolean =>
      test.op === 'ends_with' ? of.endsWith(test.text) : of.includes(test.text);
    expect(holds(made)).toBe(holds(value));
  } else expect(made > 'u').toBe(true);
});

it('keeps a text that nothing can stand for, but no identifier', () => {
  const tests: Test[] = [{ op: 'between', from: text('Grace'), to: text('Grace!'), place }];
  expect(new MadeUp().text('Grace ', column({ tests }))).toBe('Grace ');
  expect(new MadeUp().text('Grace ', column({ tests, identifier: 'email' }))).toBe('person_1@example.com');
});

it('is a key on the same side of each share, and a number with the same answers', () => {
  const shares = [{ name: 'spring', percent: '50' }];
  // c4 is in, c1 is not: by the published hash, worked out by hand.
  expect(madeUpKey('c4', shares)).not.toBe(madeUpKey('c1', shares));
  const tests: Test[] = [{ op: 'gte', value: { type: 'number', text: '100' }, place }];
  expect(madeUpNumber('4711', column({ tests }))).toBe('100');
  expect(madeUpNumber('9', column({ tests }))).toBe('1');
});
