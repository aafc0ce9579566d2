/** Manual segments: found by their names, made where they are missing. Source: Customer.io App API, `segments`. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { ApiRequest } from '../api.ts';
import { severalCalled } from '../failures.ts';
import { isRecord } from '../json.ts';

/** Resolves to an answer's JSON, or throws what it means for the sync. */
export type Ask = (request: ApiRequest) => Promise<Record<string, unknown>>;

/** The segment's id; makes it unless `dryRun`. Throws E407 for one whose people Customer.io chooses itself. */
export async function ensureSegment(
  destination: string,
  ask: Ask,
  { name, dryRun }: { readonly name: string; readonly dryRun: boolean },
): Promise<string> {
  const { segments } = await ask({ method: 'GET', path: '/v1/segments' });
  const all = Array.isArray(segments) ? segments.filter(isRecord) : [];
  const called = all.filter((segment) => segment.name === name);
  const [first, other] = called.filter(({ type }) => type === 'manual');
  if (other) severalCalled(destination, 'manual segments', name);
  if (first) return String(first.id);
  if (called.length > 0) {
    const detail = `the segment \`${name}\` is data-driven: Customer.io chooses its people itself`;
    fail('E407', { destination, detail, hint: 'rename it, or give the sync another `audience:`' });
  }
  return dryRun ? `new:${name}` : makeSegment(destination, ask, name);
}

async function makeSegment(destination: string, ask: Ask, name: string): Promise<string> {
  const body = { segment: { name, description: 'Kept in step by segsync' } };
  const { segment } = await ask({ method: 'POST', path: '/v1/segments', body });
  const id = isRecord(segment) ? segment.id : undefined;
  if (typeof id !== 'number' && typeof id !== 'string') {
    const detail = 'Customer.io made a segment and did not say its id';
    fail('E407', { destination, detail, hint: 'run again' });
  }
  return String(id);
}
