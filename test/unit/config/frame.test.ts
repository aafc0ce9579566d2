import { describe, expect, it } from 'vitest';
import type { Place } from '../../../src/diagnostics/diagnostic.ts';
import { codeFrame as frameOf, linesOf } from '../../../src/diagnostics/frame.ts';
import { nearest } from '../../../src/diagnostics/suggest.ts';

const at = (line: number, column: number, endColumn?: number, file = '/p/a.yaml') => ({
  file,
  line,
  column,
  endColumn,
});

const codeFrame = (text: string, place: Place) => frameOf(linesOf(text), place);

describe('codeFrame', () => {
  it('shows two lines before, one after, and carets below the place', () => {
    const text = Array.from({ length: 12 }, (_, index) => `key${index + 1}: value`).join('\n');
    expect(codeFrame(text, at(10, 8, 13))).toBe(
      [
        '   8 | key8: value',
        '   9 | key9: value',
        '> 10 | key10: value',
        '     |        ^^^^^',
        '  11 | key11: value',
      ].join('\n'),
    );
  });

  it('has one caret without an end, at the end of the line too', () => {
    expect(codeFrame('a: b', at(1, 1))).toBe('> 1 | a: b\n    | ^');
    expect(codeFrame('a:', at(1, 3))).toBe('> 1 | a:\n    |   ^');
  });

  it('shows the part of a long line that is meant', () => {
    const frame = codeFrame(`${'x'.repeat(500)}HERE${'y'.repeat(500)}`, at(1, 501, 505))!;
    const [line, carets] = frame.split('\n');
    expect(line!.slice(carets!.indexOf('^'), carets!.lastIndexOf('^') + 1)).toBe('HERE');
    expect(line!.length).toBeLessThan(120);
  });

  it('takes control characters out, keeping columns', () => {
    expect(codeFrame('a: \u001b[31mb\u202e\tc', at(1, 12))).toBe('> 1 | a:  [31mb  c\n    |            ^');
  });

  it.each([
    ['access_token: hunter2', 'access_token: •••••••'],
    ['{ type: x, api_key: "hunter2", a: b }', '{ type: x, api_key: •••••••••, a: b }'],
    ['url: postgres://shop:hunter2@db/shop', 'url: postgres://shop:•••••••@db/shop'],
    [`secret: "\${env:SECRET}"`, `secret: "\${env:SECRET}"`],
    ['secret_key: hunter2', 'secret_key: •••••••'],
    ['  MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', `  ${'•'.repeat(32)}`],
    ['high_value_customers_at_risk_of_churn: 1', 'high_value_customers_at_risk_of_churn: 1'],
    ['Authorization: Bearer hunter2', 'Authorization: ••••••••••••••'],
  ])('dots out the secret in %s', (line, shown) => {
    expect(codeFrame(line, at(1, 1))).toBe(`> 1 | ${shown}\n    | ^`);
  });

  it.each([
    ['headers:\n  X-Custom: hunter2', '  X-Custom: •••••••'],
    ['headers:\n\tX-Custom: hunter2', ' X-Custom: •••••••'],
    ['headers: { A: b,\n  X-Custom: hunter2 }', '  X-Custom: •••••••••'],
    ['headers: [\n  hunter2 ]', '  •••••••••'],
    ['headers:\n- hunter2', '- •••••••'],
    ['private_key: |\n  one\n\n  hunter2', '  •••••••'],
    ['"token": >-\n    hunter2', '    •••••••'],
    [`headers:\n  A: "\${env:A}"`, `  A: "\${env:A}"`],
    ['headers:\n  A: b\nurl: http://x.test', 'url: http://x.test'],
    ['keys:\n  - a: b', '  - a: b'],
    ['secret: x\nnested:\n  a: b', '  a: b'],
  ])('knows what stands below the key of a secret: %j', (text, shown) => {
    const lines = text.split('\n');
    const frame = codeFrame(text, at(lines.length, 1))!;
    expect(frame.split('\n').at(-2)).toBe(`> ${lines.length} | ${shown}`);
  });

  it('dots out headers in one line', () => {
    expect(codeFrame('headers: { A: b, X-C: hunter2 }', at(1, 1))).toContain(`headers: ${'•'.repeat(22)}`);
  });

  it('shows nothing of .env, nor of a line that is not there', () => {
    expect(codeFrame('A=hunter2', at(1, 1, undefined, '/p/.env'))).toBeUndefined();
    expect(codeFrame('a', at(2, 1))).toBeUndefined();
  });
});

describe('nearest', () => {
  const known = ['email', 'phone', 'external_id', 'daily'];
  it.each([
    ['emial', 'email'],
    ['Email', 'email'],
    ['external-id', 'external_id'],
    ['externalid', 'external_id'],
    ['dayly', 'daily'],
    ['phones', 'phone'],
    ['zebra', undefined],
    ['', undefined],
  ])('%s -> %s', (name, found) => {
    expect(nearest(name, known)).toBe(found);
  });
});
