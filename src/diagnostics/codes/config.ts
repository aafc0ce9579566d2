import { error } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const CONFIG_CODES = {
  E101: error<{ detail: string }>(EXIT.failed, (p) => p.detail),
} as const;
