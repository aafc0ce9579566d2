/** What every function of the closed list answers, as tests. */
import { test } from 'vitest';
import type { Dialect } from '../../../src/warehouse/dialect.ts';
import { type Differing, functionCases, type RowsOf } from './functions-cases.ts';

export function functionTests(dialect: Dialect, rowsOf: RowsOf, differing: Differing = {}): void {
  for (const { name, run } of functionCases(dialect, rowsOf, differing)) test(name, run);
}
