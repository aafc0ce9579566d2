/** What happens during a run, one finished line an event; without colour. */
import type { RunEvent, SegmentResult, SyncResult } from './results.ts';
import { count, elapsed, spaced } from './words.ts';

const NAME = 22;

/** One line for an event; undefined for one that says nothing to a person (`verbose` shows what was not due, too). */
export function eventLine(event: RunEvent, verbose: boolean): string | undefined {
  switch (event.event) {
    case 'segment_evaluated':
      return isAtRest(event.result.reason) && !verbose ? undefined : segmentLine(event.result);
    case 'sync_finished':
      return isAtRest(event.result.skipped) && !verbose ? undefined : syncLine(event.result);
    case 'warning':
      return `warning[${event.code}]: ${event.message}`;
    default:
      return undefined;
  }
}

/** Of every run that finds nothing to do. */
function isAtRest(why: string | undefined): boolean {
  return why === 'not_due' || why === 'not_newer';
}

function segmentLine(result: SegmentResult): string {
  const name = result.segment.padEnd(NAME);
  if (result.error) return `failed     ${name}  ${result.error.code}`;
  if (result.mode === 'skipped') return `skipped    ${name}  ${spaced(result.reason)}`;
  const change = `+${count(result.entered)} -${count(result.exited)}`;
  const why = result.mode === 'full' ? `  full: ${spaced(result.reason)}` : '';
  return `evaluated  ${name}  ${count(result.members)} members  ${change}  ${elapsed(result.duration_ms)}${why}`;
}

function syncLine(result: SyncResult): string {
  const name = result.sync.padEnd(NAME);
  const left = [
    ...(result.rejected > 0 ? [`  ${count(result.rejected)} rejected`] : []),
    ...(result.waiting > 0 ? [`  ${count(result.waiting)} waiting`] : []),
  ].join('');
  if (result.error) return `failed     ${name}  ${result.error.code}${left}`;
  if (result.held) return `held       ${name}  ${spaced(result.held.guard)}`;
  if (result.skipped) return `skipped    ${name}  ${spaced(result.skipped)}`;
  const { add, remove, update } = result.delivered ?? result.planned;
  const change = `+${count(add)} -${count(remove)} ~${count(update)}`;
  const word = result.delivered ? 'delivered' : 'planned  ';
  return `${word}  ${name}  ${change}${left}  ${elapsed(result.duration_ms)}`;
}
