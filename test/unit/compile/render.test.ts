import { describe, expect, test } from 'vitest';
import {
  and,
  column,
  compare,
  FALSE,
  known,
  not,
  number,
  or,
  TRUE,
  text,
} from '../../../src/compile/expression.ts';
import { renderExpression, renderQuery } from '../../../src/compile/render.ts';
import { dialect } from '../../../src/warehouse/duckdb/dialect.ts';

describe('expressions', () => {
  const a = compare(column('a'), '=', number('1'));
  test('constants fold away', () => {
    expect(and([])).toBe(TRUE);
    expect(or([])).toBe(FALSE);
    expect(and([a, TRUE])).toBe(a);
    expect(and([a, FALSE])).toBe(FALSE);
    expect(or([a, TRUE])).toBe(TRUE);
    expect(not(TRUE)).toBe(FALSE);
    expect(not(not(a))).toBe(a);
    expect(known(TRUE)).toBe(TRUE);
  });

  test('junctions of one kind merge, and others keep their brackets', () => {
    const mixed = or([and([a, a]), a, or([a])]);
    expect(renderExpression(mixed, dialect)).toBe('((a = 1 AND a = 1) OR a = 1 OR a = 1)');
    expect(renderExpression(not(mixed), dialect)).toMatch(/^NOT \(/);
  });
});

test('a line break in a comment cannot end it', () => {
  const sql = renderQuery(
    {
      kind: 'select',
      comment: ['x\n; DROP TABLE t --\u2028y\r\u0085z'],
      columns: [{ expression: text('v'), as: 'v', comment: 'a\nb' }],
    },
    dialect,
  );
  expect(sql.split('\n')).toEqual(['-- x ; DROP TABLE t -- y z', 'SELECT', `  'v' AS v  -- a b`]);
});
