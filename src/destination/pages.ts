/** How far lists of an other side are read. */
import { fail } from '../diagnostics/diagnostic.ts';

const MOST = 500;

/**
 * Numbers of pages, from 0: leave the loop at the last page. Throws E404 past 500: what is looked for may be further on,
 * and must not be taken for missing.
 */
export function* pageNumbers(destination: string): Generator<number, void, undefined> {
  for (let page = 0; page < MOST; page++) yield page;
  fail('E404', { destination, detail: `a list there does not end within ${MOST} pages` });
}
