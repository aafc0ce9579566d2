import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDotenv } from '../../../src/config/dotenv.ts';
import { decimalText } from '../../../src/config/number.ts';
import { Problems } from '../../../src/config/problems.ts';
import { readRelation } from '../../../src/config/relation.ts';
import { readDuration, readPercent } from '../../../src/config/values.ts';
import { parseYaml } from '../../../src/config/yaml.ts';
import { DiagnosedError } from '../../../src/diagnostics/diagnostic.ts';
import { DAY, SECOND } from '../../../src/instant.ts';

describe('decimalText', () => {
  it.each([
    ['5', '5'],
    ['+5', '5'],
    ['-0', '0'],
    ['0', '0'],
    ['0.10', '0.10'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-.5', '-0.5'],
    ['1e3', '1000'],
    ['1.5e3', '1500'],
    ['1.2345e2', '123.45'],
    ['12e-1', '1.2'],
    ['1e-3', '0.001'],
    ['0x10', '16'],
    ['-0x10', '-16'],
    ['0o17', '15'],
    ['123456789012345678901234567890.000000001', '123456789012345678901234567890.000000001'],
  ])('%s -> %s', (source, text) => {
    expect(decimalText(source)).toEqual({ text });
  });

  it.each(['.inf', '-.INF', '.nan', '007', '1e999', '1_000', `${'9'.repeat(101)}`])(
    'refuses %s',
    (source) => {
      expect(decimalText(source)).toHaveProperty('problem');
    },
  );

  it('moves the point exactly', () => {
    const parts = fc.tuple(
      fc.bigInt(0n, 10n ** 20n),
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: -15, max: 15 }),
    );
    const check = ([digits, decimals, exponent]: [bigint, number, number]): void => {
      const padded = digits.toString().padStart(decimals + 1, '0');
      const at = padded.length - decimals;
      const read = decimalText(`${padded.slice(0, at)}.${padded.slice(at)}e${exponent}`);
      const [whole, fraction = ''] = ('text' in read ? read.text : '').split('.');
      const scaled = (BigInt(whole! + fraction) * 10n ** 40n) / 10n ** BigInt(fraction.length);
      expect(scaled).toBe((digits * 10n ** BigInt(40 + exponent)) / 10n ** BigInt(decimals));
    };
    fc.assert(fc.property(parts, check));
  });
});

describe('readRelation', () => {
  const table = (...parts: string[]) => ({ kind: 'table', parts });
  it.each([
    ['customers', table('customers')],
    ['shop.customers', table('shop', 'customers')],
    ['db.shop.customers', table('db', 'shop', 'customers')],
    ['"Odd Schema"."a.b"', table('Odd Schema', 'a.b')],
    ['"a""b".c', table('a"b', 'c')],
    ['"a/b.csv"', table('a/b.csv')],
    ['data/x', { kind: 'file', path: '/root/data/x' }],
    ['x.csv.gz', { kind: 'file', path: '/root/x.csv.gz' }],
    ['X.PARQUET', { kind: 'file', path: '/root/X.PARQUET' }],
    ['/data/x.csv', { kind: 'file', path: '/data/x.csv' }],
  ])('%s', (text, relation) => {
    expect(readRelation(text, '/root')).toEqual(relation);
  });
  it.each(['', '.', 'a.', '.a', 'a..b', 'a b', 'a;b', '"a', 'a.b.c.d', '""', 'a"b'])('refuses %j', (text) => {
    expect(readRelation(text, '/root')).toBeUndefined();
  });
});

describe('values', () => {
  it('have bounds', () => {
    expect(readDuration('90s')).toBe(90n * SECOND);
    expect(readDuration('36500d')).toBe(36_500n * DAY);
    for (const text of ['0s', '36501d', '1.5h', '-1h', '1y', 'h', ''])
      expect(readDuration(text)).toBeUndefined();
    expect(readPercent('12.50 %')).toBe('12.50');
    for (const text of ['30', '-3%', '1e1%', '%', '']) expect(readPercent(text)).toBeUndefined();
  });
});

describe('parseDotenv', () => {
  it('reads names, quotes, comments and escapes', () => {
    const problems = new Problems();
    const text = '\uFEFFA=1\r\nB = two words # no\nexport C="x\\n\\"y\\""\nD=\'a#b\'\nE=\n\n# F=1\nG=a#b';
    expect(parseDotenv(text, '/.env', problems)).toEqual({
      A: '1',
      B: 'two words',
      C: 'x\n"y"',
      D: 'a#b',
      E: '',
      G: 'a#b',
    });
    expect(problems.all).toEqual([]);
  });
});

describe('parseYaml', () => {
  it('never throws, and where it yields nothing it says why', () => {
    const pieces = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&x ',
      '*x',
      '"',
      "'",
      '|',
      '>',
      '\t',
      '!',
      '#',
      '---\n',
      '? ',
      '<<',
      '%',
      '\0',
      '0x1',
      '~',
      ',',
      'é',
      '\u{1F600}',
    );
    const check = (parts: string[]): void => {
      const problems = new Problems();
      const node = parseYaml(parts.join(''), '/a.yaml', problems);
      if (node) return;
      expect(() => problems.settle()).toThrow(DiagnosedError);
    };
    fc.assert(fc.property(fc.array(pieces, { maxLength: 40 }), check), { numRuns: 2000 });
  });
});
