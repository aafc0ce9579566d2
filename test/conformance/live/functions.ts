/** The closed list of functions, each case by a statement of its own. */
import { DIFFERING } from '../warehouse/differing.ts';
import { type Differing, functionCases, usualAnswer } from '../warehouse/functions-cases.ts';
import { type Bench, type Check, checksOf } from './check.ts';

export function functionChecks({ warehouse, session }: Bench): Check[] {
  const rowsOf = async (sql: string): Promise<(string | null)[]> =>
    (await session.query(sql)).map((row) => Object.values(row)[0]!);
  const { differs = {}, ...others } = DIFFERING[warehouse.name] ?? {};
  const cases = functionCases(warehouse.dialect, rowsOf, { ...others, differs: orUsual(differs) });
  return checksOf(
    'functions',
    cases.map(({ name, run }) => [name, run]),
  );
}

/** Each of these is another text of the same value: what answers in the usual one is not wrong either. */
function orUsual(differs: NonNullable<Differing['differs']>): NonNullable<Differing['differs']> {
  return Object.fromEntries(
    Object.entries(differs).map(([name, own]) => [name, [usualAnswer(name), own].flat()]),
  );
}
