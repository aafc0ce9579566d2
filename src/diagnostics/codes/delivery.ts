import { error } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const DELIVERY_CODES = {
  E401: error<{ detail: string }>(EXIT.failed, (p) => p.detail),
} as const;
