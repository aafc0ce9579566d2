/** The one character that no text of the server may have. */
import { fail } from '../../diagnostics/diagnostic.ts';

/** The text itself. Throws E303 for a NUL. */
export function withoutNul(text: string): string {
  if (text.includes('\0')) return fail('E303', { reason: 'PostgreSQL has no text with a NUL character' });
  return text;
}
