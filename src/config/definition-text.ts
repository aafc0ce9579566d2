import { Secret } from './project.ts';

/** Options as a text that differs whenever they do, secrets included. Never shown, never kept. */
export function definitionText(options: unknown): string {
  return JSON.stringify({ options }, function (this: Record<string, unknown>, key, value) {
    const own = this[key];
    return own instanceof Secret ? own.reveal() : value;
  });
}
