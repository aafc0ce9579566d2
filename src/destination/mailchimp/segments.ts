/** Static segments (tags) of an audience: found by their names, made where they are missing. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { ApiRequest } from '../api.ts';
import { severalCalled } from '../failures.ts';
import { isRecord } from '../json.ts';
import { pageNumbers } from '../pages.ts';

/** Segments a page, Mailchimp's most. */
const PAGE = 1_000;

/** Resolves to an answer's JSON, or throws what it means for the sync. */
export type Ask = (request: ApiRequest) => Promise<Record<string, unknown>>;

/** The segment's id; makes it unless `dryRun`. */
export async function ensureSegment(
  destination: string,
  ask: Ask,
  list: string,
  { name, dryRun }: { readonly name: string; readonly dryRun: boolean },
): Promise<string> {
  const [id, other] = await segmentsCalled(ask, list, name, destination);
  if (other !== undefined) severalCalled(destination, 'segments', name);
  if (id !== undefined) return id;
  if (dryRun) return `new:${name}`;
  const made = await ask({ method: 'POST', path: `${list}/segments`, body: { name, static_segment: [] } });
  if (typeof made.id !== 'number' && typeof made.id !== 'string') {
    const detail = 'Mailchimp made a segment and did not say its id';
    fail('E407', { destination, detail, hint: 'run again' });
  }
  return String(made.id);
}

/** Ids of the static segments of exactly this name. */
async function segmentsCalled(ask: Ask, list: string, name: string, destination: string): Promise<string[]> {
  const found: string[] = [];
  let read = 0;
  for (const _ of pageNumbers(destination)) {
    const query = `type=static&fields=segments.id,segments.name,total_items&count=${PAGE}&offset=${read}`;
    const { segments, total_items } = await ask({ method: 'GET', path: `${list}/segments?${query}` });
    const some = Array.isArray(segments) ? segments.filter(isRecord) : [];
    for (const segment of some) if (segment.name === name) found.push(String(segment.id));
    read += some.length;
    if (some.length === 0 || read >= Number(total_items ?? 0)) break;
  }
  return found;
}
