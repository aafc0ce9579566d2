import { error } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const COMMAND_CODES = {
  E601: error<{ detail: string }>(EXIT.failed, (p) => p.detail),
} as const;
