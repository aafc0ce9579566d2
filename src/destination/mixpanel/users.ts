/**
 * Users as Mixpanel's calls take them. Source: ingestion.openapi.yaml, `profile-set`, `profile-delete-property`,
 * `profile-batch-update`, `import-events`.
 */
import type { Batch, Change } from '../destination.ts';
import { plainFields } from '../json.ts';
import { identifierOfKind } from '../normalise.ts';

export const KINDS = ['external_id'] as const;

/** Longer texts are cut, so that two users could become one. Source: `import-events`, "Common issues". */
const MOST_ID = 255;

/** Ids that stand for nobody: events of them are refused. Source: `import-events`, `properties.distinct_id`. */
const NOBODY = new Set([
  ...['00000000-0000-0000-0000-000000000000', 'anon', 'anonymous', 'nil', 'none', 'null', 'n/a', 'na'],
  ...['undefined', 'unknown', '<nil>', '0', '-1', 'true', 'false', '[]', '{}'],
]);

/** The `distinct_id`, in clear. Undefined for what cannot be a user's. */
export function identifierOf(kind: string, value: string): string | undefined {
  const id = value.trim();
  if (kind !== 'external_id' || id === '' || id.length > MOST_ID) return undefined;
  return NOBODY.has(id.toLowerCase()) ? undefined : id;
}

function userOf(change: Change, kinds: Batch['kinds']): string {
  return identifierOfKind(change, 'external_id', kinds) ?? '';
}

/** Sets a property of the audience's name, with the fields as further ones; takes it from those who leave. */
export function updatesBody({ op, audience, changes, kinds }: Batch, token: string): object[] {
  return changes.map((change) => ({
    $token: token,
    $distinct_id: userOf(change, kinds),
    ...(op === 'remove'
      ? { $unset: [audience.name] }
      : { $set: { ...plainFields(change.fields), [audience.name]: true } }),
  }));
}

/** An event of the audience's name for each. One of the same name, time, user and id is dropped there. */
export function eventsBody(batch: Batch): object[] {
  return batch.changes.map((change) => ({
    event: batch.audience.name,
    properties: {
      ...plainFields(change.fields),
      time: Number(change.causedAt / 1000n),
      distinct_id: userOf(change, batch.kinds),
      $insert_id: insertIdOf(batch, change),
    },
  }));
}

/** At most 36 letters, digits and dashes; the same when the same is sent again. */
export function insertIdOf(batch: Batch, change: Change): string {
  return batch.idOf(change).slice(0, 36);
}
