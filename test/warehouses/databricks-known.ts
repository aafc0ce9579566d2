/** A statement of Databricks' without what the parser that is asked for a second opinion does not know of its dialect. */

/** Escapes in texts, a table's format and its clusters, and some questions about tables, which are left out. */
export function known(statement: string): string {
  return statement
    .replace(/^(DESCRIBE QUERY|EXPLAIN COST) /, '')
    .replace(/^DESCRIBE DETAIL /, 'SELECT * FROM ')
    .replaceAll(/\\(.)/g, (all, of) => (of === "'" ? "''" : all))
    .replace(/ USING DELTA (?=TBLPROPERTIES)/, ' ')
    .replace(/\nUSING DELTA(\nCLUSTER BY \([^)]*\))?/, '');
}

/** What stands for each of those; one that the parser takes by now may go. */
export const GAPS: readonly (readonly [what: string, statement: string])[] = [
  ['an escaped quote', "SELECT 'it\\'s'"],
  ['a format', 'CREATE TABLE a.b (k STRING) USING DELTA'],
  ['clusters', 'CREATE TABLE a.b (k STRING) CLUSTER BY (k)'],
  ['an interval in one text', "SELECT INTERVAL '1 day'"],
  ['the columns of a query', 'DESCRIBE QUERY SELECT 1'],
  ['the cost of a query', 'EXPLAIN COST SELECT 1'],
  ['what a table is', 'DESCRIBE DETAIL a.b'],
];
