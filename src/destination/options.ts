/** Option values that destinations share. */
import { z } from 'zod';
import { Secret } from '../config/project.ts';
import { parseDuration, SECOND } from '../instant.ts';

const PER_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600 };

/** `100/s`, `6000/m`, `1000/h` -> requests a second; undefined when the text is no rate above zero. */
export function parseRate(text: string): number | undefined {
  const match = /^(\d{1,9})\/([smh])$/.exec(text.trim());
  if (!match || Number(match[1]) === 0) return undefined;
  return Number(match[1]) / PER_SECONDS[match[2]!]!;
}

/** A rate as it is written in YAML. */
export const rateOption = z
  .string()
  .refine((text) => parseRate(text) !== undefined, 'expected a rate such as `100/s`, `6000/m` or `1000/h`');

/** `30s` -> milliseconds. For a text that passed `timeoutOption`. */
export function timeoutMs(text: string): number {
  return Number((parseDuration(text) ?? 0n) / 1000n);
}

/** A time limit as it is written in YAML: one second to ten minutes. */
export const timeoutOption = z.string().refine((text) => {
  const duration = parseDuration(text);
  return duration !== undefined && duration >= SECOND && duration <= 600n * SECOND;
}, 'expected a duration from `1s` to `10m`');

/** The text of an option that may have been wrapped as a secret. */
export function reveal(value: Secret | string): string {
  return value instanceof Secret ? value.reveal() : value;
}
