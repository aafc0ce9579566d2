/** E7xx: a run and its instants. */
import { error, warning } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const RUN_CODES = {
  E701: error<{ now: string; clock: string }>(
    EXIT.usage,
    (p) => `--now ${p.now} lies after the warehouse's clock, ${p.clock}`,
    () => 'a run cannot look ahead; `segsync plan --now` can',
  ),
  E702: error<{ now: string; last: string }>(
    EXIT.usage,
    (p) => `--now ${p.now} lies before the last tick, ${p.last}`,
    () => 'what was true in the past cannot be told from the rows of today',
  ),
  E703: error<{ detail: string }>(EXIT.failed, (p) => `the warehouse refused a statement: ${p.detail}`),
  E704: error<{ detail: string }>(
    EXIT.tryLater,
    (p) => `the warehouse was not available: ${p.detail}`,
    () => 'nothing is lost: the next run goes on from here',
  ),
  E705: error<{ moved: readonly string[]; more: number }>(
    EXIT.failed,
    (p) =>
      `this is not what was planned any more: ${p.moved.join(', ')}${p.more > 0 ? ` and ${p.more} more` : ''} changed since`,
    () => 'nothing was done; make the plan anew and look at it: `segsync plan --out FILE`',
  ),
  W701: warning<{ by: string }>(
    (p) => `the warehouse's clock is ${p.by} behind the last tick; until it has caught up, time stands still`,
  ),
  W703: warning<{ place: string }>(
    (p) =>
      `this state was made in another warehouse (${p.place}) and is a copy of it here: nothing is delivered until \`segsync run --adopt-state\` says that this is the one to go on from`,
  ),
  W704: warning<{ tier: string; promise: string; took: string; changes: number; late: number }>(
    (p) =>
      `tier \`${p.tier}\` broke its promise of ${p.promise} in this run: 95 of 100 changes took up to ${p.took}, ${p.late} of ${p.changes} too long`,
    () => 'see which syncs: `segsync status`; a longer `fresh_within` promises less',
  ),
  W702: warning<{ name: string; owner: string }>(
    (p) => `${p.name} is held by another process (${p.owner}) and left out`,
  ),
} as const;
