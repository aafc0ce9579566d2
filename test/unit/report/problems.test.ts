import { describe, expect, it } from 'vitest';
import { colors, wantsColor } from '../../../src/report/colors.ts';
import { annotations } from '../../../src/report/github.ts';
import { problemsText, type Shown } from '../../../src/report/problems.ts';
import { count, elapsed, listed, plural } from '../../../src/report/words.ts';

const shown = (given: Partial<Shown> = {}): Shown => ({
  severity: 'error',
  code: 'E105',
  message: 'unknown key',
  ...given,
});

describe('problems as text', () => {
  it('are a code, a line, a place, a frame and a hint', () => {
    const one = shown({ file: 'a.yaml', line: 3, column: 7, frame: '> 3 | x\n    | ^', hint: 'say y' });
    expect(problemsText([one], colors(false))).toBe(
      'error[E105]: unknown key\n  --> a.yaml:3:7\n> 3 | x\n    | ^\n  hint: say y\n  more: segsync explain E105\n',
    );
  });

  it('name the page of a code once, and not what mistyping needs no page for', () => {
    const usage = shown({ code: 'E601' });
    expect(problemsText([shown(), shown(), usage], colors(false)).match(/more: .*/g)).toEqual([
      'more: segsync explain E105',
    ]);
  });

  it('are counted when there are several', () => {
    const all = [shown(), shown(), shown({ severity: 'warning', code: 'W1' })];
    expect(problemsText(all, colors(false))).toMatch(/\n2 errors and 1 warning\n$/);
    expect(problemsText([shown()], colors(false))).toBe(
      'error[E105]: unknown key\n  more: segsync explain E105\n',
    );
  });
});

describe('annotations', () => {
  it('escape what would end them', () => {
    const bad = shown({ file: 'a,b:c.yaml', line: 1, column: 2, message: '100%\r\n::error::x', hint: 'y' });
    expect(annotations([bad])).toBe(
      '::error file=a%2Cb%3Ac.yaml,line=1,col=2,title=E105::100%25%0D%0A::error::x%0Ahint: y\n',
    );
  });

  it('stop where GitHub stops showing them, and say how many more there are', () => {
    const lines = annotations(Array.from({ length: 12 }, () => shown()))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('::notice title=segsync::and 2 more in the log');
  });
});

describe('words', () => {
  it('separates thousands', () => {
    expect([0, 999, 1000, 1234567].map(count)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect(count(-1234)).toBe('-1,234');
  });

  it('has a singular and a plural', () => {
    expect([0, 1, 2, 1000].map((n) => plural(n, 'sync'))).toEqual([
      '0 syncs',
      '1 sync',
      '2 syncs',
      '1,000 syncs',
    ]);
  });

  it('tells time by its size', () => {
    expect([0, 99.4, 100, 1840, 59_940, 59_960, 185_000, 7_620_000].map(elapsed)).toEqual([
      ...['0ms', '99ms', '0.1s', '1.8s', '59.9s', '1m 00s', '3m 05s', '2h 07m'],
    ]);
  });

  it('joins a list', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });
});

describe('colour', () => {
  it.each([
    [{ isTerminal: true }, {}, undefined, true],
    [{ isTerminal: false }, {}, undefined, false],
    [{ isTerminal: true }, { NO_COLOR: '1' }, undefined, false],
    [{ isTerminal: true }, { NO_COLOR: '' }, undefined, true],
    [{ isTerminal: true }, { TERM: 'dumb' }, undefined, false],
    [{ isTerminal: false }, { FORCE_COLOR: '1', NO_COLOR: '1' }, undefined, true],
    [{ isTerminal: true }, { FORCE_COLOR: '1' }, false, false],
    [{ isTerminal: false }, { NO_COLOR: '1' }, true, true],
  ] as const)('%j %j flag %s -> %s', (output, environment, flag, colored) => {
    expect(wantsColor(output, environment, flag)).toBe(colored);
  });
});
