/** DuckDB's errors -> classified failures without values of rows. */
import { DiagnosedError } from '../../diagnostics/diagnostic.ts';
import { type Failure, WarehouseError } from '../warehouse.ts';

/**
 * Kinds of error whose message quotes names and never values. Of any other, only what stands before the first value is
 * kept: also a failed commit (`TransactionContext Error`) quotes the key that was there already.
 */
const QUOTES_NAMES =
  /^(Catalog|Binder|Parser|Syntax|IO|Permission|INTERRUPT|Out of Memory|Not implemented) Error/i;

const FAILURES: readonly (readonly [RegExp, Failure])[] = [
  [/^INTERRUPT Error/i, 'transient'],
  [/^Out of Memory Error/i, 'transient'],
  [/Could not set lock|Conflicting lock/, 'locked'],
  [/[Cc]onflict on|write-write conflict|Catalog write-write/, 'conflict'],
  [/^Constraint Error: Duplicate key/, 'conflict'],
  // Found at the commit: another transaction has put the same key there meanwhile.
  [/Failed to commit: PRIMARY KEY or UNIQUE/, 'conflict'],
  [/^Permission Error|read-only mode/i, 'permission'],
  [
    /^Catalog Error: (Table|View|Schema) .*does not exist|^Binder Error: (Catalog|Schema) .*does not exist/s,
    'missing',
  ],
  [/^IO Error: (No files found|Cannot open file)/, 'missing'],
];

/** Any error of the driver -> `WarehouseError`; one that is known already stays as it is. */
export function failureOf(error: unknown): Error {
  if (error instanceof WarehouseError || error instanceof DiagnosedError) return error;
  const text = (error instanceof Error ? error.message : String(error)).replace(/^Failed to [a-z ]+: /, '');
  const failure = FAILURES.find(([pattern]) => pattern.test(text))?.[1] ?? 'statement';
  return new WarehouseError(failure, withoutValues(text));
}

/** First line of a message, cut off before the first value that it quotes. */
export function withoutValues(text: string): string {
  if (QUOTES_NAMES.test(text)) return text.split('\n', 1)[0]!.trim();
  const cut = text.search(/['"`]|(?<![A-Za-z0-9_])[-+]?\d|\S*@|\n/);
  return cut < 0 ? text.trim() : `${text.slice(0, cut).trim()} …`;
}
