/** What identifies a sync's mapping: when it changes, everyone is a candidate. */
import type { Project, Sync } from '../config/project.ts';
import { withoutPlaces } from '../segment/reads.ts';
import { hashOf } from './canonical.ts';

/** Raised whenever the same mapping gives other payloads: then everyone is looked at once. */
const PAYLOAD_VERSION = 1;

/** Covers match, fields, consent and mode, and the identifiers behind `match`; not tier, guards or places. */
export function syncFingerprint(project: Project, sync: Sync): string {
  const entity = project.entities.get(project.segments.get(sync.segment)!.entity)!;
  const identifiers = sync.match.map((name) => entity.identifiers.get(name));
  const mapping = {
    identifiers,
    fields: sync.fields,
    consent: sync.consent,
    mode: sync.mode,
    exclude: sync.exclude,
  };
  const text = withoutPlaces({ version: PAYLOAD_VERSION, match: sync.match, ...mapping });
  return hashOf(JSON.parse(text)).slice(0, 32);
}
