/** E3xx: the warehouse and its tables. */
import { error } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const WAREHOUSE_CODES = {
  E301: error<{ table: string }>(EXIT.failed, (p) => `table ${p.table} does not exist, or may not be read`),
} as const;
