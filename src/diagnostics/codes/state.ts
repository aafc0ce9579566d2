import { error } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const STATE_CODES = {
  E501: error<{ detail: string }>(EXIT.failed, (p) => p.detail),
} as const;
