import { describe, expect, it } from 'vitest';
import { colors } from '../../../src/report/colors.ts';
import type { WhyCondition } from '../../../src/report/results.ts';
import { conditionLines } from '../../../src/report/why-condition.ts';
import { moment, printable, wrapped } from '../../../src/report/why-lines.ts';

describe('lines', () => {
  it('break between words, and keep a word that is wider than a terminal whole', () => {
    const long = 'x'.repeat(90);
    expect(wrapped(`${'word '.repeat(20)}${long} end`, 4)).toEqual([
      `    ${'word '.repeat(15).trim()}`,
      `      ${'word '.repeat(5).trim()}`,
      `      ${long}`,
      '      end',
    ]);
    expect(wrapped('', 4)).toEqual([]);
  });

  it('show instants to the second, and control characters as text', () => {
    expect(moment('2026-11-22T10:00:00.123456Z')).toBe('2026-11-22T10:00:00Z');
    expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a\\u001b[2Jb\\u000ac\\u202ed');
  });
});

describe('a condition', () => {
  it('stays within 80 columns however deep it lies, its verdict in front', () => {
    const leaf: WhyCondition = {
      ...{ kind: 'rows', text: `did: orders, where: {${'status: paid, '.repeat(9)}}`, holds: false },
      values: [{ name: 'count', value: '0' }],
      rows: [
        { source: 'orders', counted: false, columns: { note: 'many words '.repeat(12).trim(), total: null } },
      ],
    };
    const deep = Array.from({ length: 30 }).reduce<WhyCondition>(
      (below) => ({ kind: 'not', text: 'not', holds: true, of: [below] }),
      leaf,
    );
    const lines = conditionLines(deep, colors(false));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.slice(0, 2)).toEqual(['yes  not', 'yes    not']);
    expect(lines[30]).toMatch(/^no {10,}did: orders/);
    expect(lines.join(' ').replace(/ +/g, ' ')).toContain('total=unknown (outside the window)');
  });

  it('has no verdict where the key is not there', () => {
    expect(conditionLines({ kind: 'trait', text: 'trait: plan, eq: pro' }, colors(false))).toEqual([
      '     trait: plan, eq: pro',
    ]);
  });
});
