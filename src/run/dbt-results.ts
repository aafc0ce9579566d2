/** dbt's `run_results.json`: when it was written, and whether all of it succeeded. */
import { z } from 'zod';
import { type Instant, parseInstant } from '../instant.ts';

const schema = z.object({
  metadata: z.object({ generated_at: z.string() }),
  results: z.array(z.object({ unique_id: z.string(), status: z.string() })),
  args: z.object({ which: z.string().optional() }).optional(),
});

export type DbtResults =
  /** `failed`: undefined when everything succeeded. */
  | { readonly at: Instant; readonly failed?: string }
  /** Half written, or another file. */
  | { readonly unreadable: string };

/** `warn` is a test's that is allowed to fail; the last two had nothing to do. */
const SUCCEEDED = new Set(['success', 'pass', 'warn', 'no-op', 'reused']);

/** They write results too, and build nothing. */
const BUILDS_NOTHING = new Set([
  'compile',
  'docs',
  'generate',
  'list',
  'parse',
  'show',
  'source',
  'freshness',
]);

const SHOWN = 3;

export function readDbtResults(text: string): DbtResults {
  const read = schema.safeParse(parsed(text));
  if (!read.success) return { unreadable: 'it is not what dbt writes' };
  const { metadata, results, args } = read.data;
  const at = parseInstant(metadata.generated_at.replace(/(\.\d{6})\d+/, '$1'), 'UTC');
  if (at === undefined) return { unreadable: '`metadata.generated_at` is no instant' };
  const failed = failureOf(results, args?.which);
  return { at, ...(failed === undefined ? {} : { failed }) };
}

function failureOf(
  results: readonly { unique_id: string; status: string }[],
  which = 'build',
): string | undefined {
  if (BUILDS_NOTHING.has(which)) return `\`dbt ${which}\` builds nothing`;
  const others = results.filter(({ status }) => !SUCCEEDED.has(status));
  if (others.length === 0) return undefined;
  const named = others.slice(0, SHOWN).map(({ unique_id, status }) => `${unique_id} (${status})`);
  const more = others.length > SHOWN ? ` and ${others.length - SHOWN} more` : '';
  return `not all of it succeeded: ${named.join(', ')}${more}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
