/** The closed list of functions, each case by a statement of its own. */
import { DIFFERING } from '../warehouse/differing.ts';
import { functionCases } from '../warehouse/functions-cases.ts';
import { type Bench, type Check, checksOf } from './check.ts';

export function functionChecks({ warehouse, session }: Bench): Check[] {
  const rowsOf = async (sql: string): Promise<(string | null)[]> =>
    (await session.query(sql)).map((row) => Object.values(row)[0]!);
  const cases = functionCases(warehouse.dialect, rowsOf, DIFFERING[warehouse.name]);
  return checksOf(
    'functions',
    cases.map(({ name, run }) => [name, run]),
  );
}
