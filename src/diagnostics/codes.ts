/**
 * Every diagnostic code. A code is declared once, in the file of its area, with its parameters' type.
 * E1xx the project's files · E2xx segments · E3xx the warehouse · E4xx destinations and delivery ·
 * E5xx state and other processes · E6xx the command line. W: warnings, in the same ranges.
 */
import { ADVISE_CODES } from './codes/advise.ts';
import { COMMAND_CODES } from './codes/command.ts';
import { CONFIG_CODES } from './codes/config.ts';
import { DELIVER_CODES } from './codes/deliver.ts';
import { DELIVERY_CODES } from './codes/delivery.ts';
import { FRESH_CODES } from './codes/fresh.ts';
import { RUN_CODES } from './codes/run.ts';
import { SCAFFOLD_CODES } from './codes/scaffold.ts';
import { SEGMENT_CODES } from './codes/segment.ts';
import { STATE_CODES } from './codes/state.ts';
import { STORY_CODES } from './codes/story.ts';
import { WAREHOUSE_CODES } from './codes/warehouse.ts';
import type { Declaration } from './declare.ts';

export const CODES = {
  ...CONFIG_CODES,
  ...SEGMENT_CODES,
  ...FRESH_CODES,
  ...RUN_CODES,
  ...WAREHOUSE_CODES,
  ...DELIVERY_CODES,
  ...DELIVER_CODES,
  ...STATE_CODES,
  ...COMMAND_CODES,
  ...SCAFFOLD_CODES,
  ...STORY_CODES,
  ...ADVISE_CODES,
} as const;

export type Code = keyof typeof CODES;
export type Parameters<C extends Code> = (typeof CODES)[C] extends Declaration<infer P> ? P : never;
