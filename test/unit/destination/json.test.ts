import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FieldValue } from '../../../src/destination/destination.ts';
import { changeJson, fieldJson } from '../../../src/destination/json.ts';

const text = fc.string({ unit: 'binary' });

const field: fc.Arbitrary<FieldValue> = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.bigInt().map((n) => ({ number: n.toString() })),
);

it('writes any change as one line of JSON that reads back as it was', () => {
  fc.assert(
    fc.property(
      text,
      text,
      fc.dictionary(text, text, { noNullPrototype: true }),
      fc.dictionary(text, field, { noNullPrototype: true }),
      (key, segment, identifiers, fields) => {
        const line = changeJson({ op: 'update', key, identifiers, fields, causedAt: 1n }, segment);
        expect(line).not.toMatch(/[\n\r\0]/);
        expect(JSON.parse(line, (_, value: unknown) => value)).toEqual({
          op: 'update',
          key,
          segment,
          caused_at: '1970-01-01T00:00:00.000001Z',
          identifiers,
          fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)])),
        });
      },
    ),
  );
});

it.each(['0', '-1', '12.500', '1e5', '1E-7', '123456789012345678901234567890'])(
  'number %s stays as it is',
  (number) => {
    expect(fieldJson({ number })).toBe(number);
  },
);

it.each(['', 'NaN', '-Infinity', '01', '+1', '.5', '1.', '0x10', '1,5', ' 1', '1\n'])(
  'number %j becomes a string',
  (number) => {
    expect(fieldJson({ number })).toBe(JSON.stringify(number));
  },
);

function plain(value: FieldValue): unknown {
  return value !== null && typeof value === 'object' ? Number(value.number) : value;
}
