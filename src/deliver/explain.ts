/** What a delivery would do, by the same candidates and the same decisions; nothing is changed anywhere. */
import type { SyncResult } from '../report/results.ts';
import { audienceOf } from './audience.ts';
import { checkMode, failureOf } from './check.ts';
import type { Preview } from './context.ts';
import { decidedOf, survey } from './decided.ts';
import { exampleOf } from './example.ts';
import { heldBy } from './pressure.ts';
import { readScope } from './scope.ts';

type Report = Omit<SyncResult, 'sync' | 'duration_ms'>;

const NOTHING: Report = {
  planned: { add: 0, remove: 0, update: 0 },
  requests: 0,
  rejected: 0,
  waiting: 0,
  unmatchable: 0,
};

/** The operations, requests and guards of a sync. What fails is in the result. */
export async function explainSync(preview: Preview): Promise<SyncResult> {
  const { sync, world } = preview;
  const began = world.clock.monotonic();
  const report = await reportOf(preview).catch((error: unknown): Report => {
    return { ...NOTHING, error: failureOf(error, sync.name) };
  });
  return { sync: sync.name, ...report, duration_ms: Math.round(world.clock.monotonic() - began) };
}

async function reportOf(preview: Preview): Promise<Report> {
  const { sync, destination } = preview;
  checkMode(sync, destination.manifest);
  const audienceRef = preview.sends
    ? await audienceOf(sync, destination.session, { dryRun: true })
    : `new:${sync.audience}`;
  const scope = await readScope(preview, audienceRef);
  if (scope.row?.pausedAt !== undefined) return { ...NOTHING, skipped: 'paused' };
  if (scope.idle && !preview.staleSource) return NOTHING;
  const { planned, unmatchable, requests } = await survey(preview, decidedOf(preview, scope));
  const held = await heldBy(preview, scope, planned);
  const hidden = preview.project.destinations.get(sync.destination)?.hidden ?? [];
  const example = preview.sends ? exampleOf(preview, audienceRef, planned, hidden) : undefined;
  return {
    ...{ ...NOTHING, planned, unmatchable, requests },
    ...(held ? { held } : {}),
    ...(example ? { example } : {}),
  };
}
