/** Which audience on the other side a sync fills. */
import type { Sync } from '../config/project.ts';
import type { DestinationSession } from '../destination/destination.ts';

/** Its reference, made if missing unless `dryRun`. Events of `on_enter` go to none: the ledger of those stands apart. */
export async function audienceOf(
  { mode, audience }: Sync,
  session: Pick<DestinationSession, 'ensureAudience'>,
  { dryRun }: { dryRun: boolean },
): Promise<string> {
  return mode === 'on_enter' ? `on_enter:${audience}` : session.ensureAudience({ name: audience, dryRun });
}
