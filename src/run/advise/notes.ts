/** What is to be known of a segment's figures. */
import { type Diagnostic, diagnose } from '../../diagnostics/diagnostic.ts';
import type { SegmentAdvice } from '../../report/results.ts';
import type { Statements } from '../../warehouse/warehouse.ts';
import { lateBeginnings } from './beginnings.ts';
import type { ReplayOf } from './replay.ts';

/** W650 for each table that does not reach back as far as the span, W651 for a verdict that is damped. */
export async function notesOn(
  statements: Statements,
  of: ReplayOf,
): Promise<NonNullable<SegmentAdvice['notes']>> {
  const found = [...undamped(of), ...(await lateBeginnings(statements, of))];
  return found.map(({ code, message, hint }) => ({ code, message, ...(hint ? { hint } : {}) }));
}

function undamped({ prepared }: ReplayOf): Diagnostic[] {
  const { settle, stayAtLeast } = prepared.segment;
  const said = [...(settle ? ['`settle`'] : []), ...(stayAtLeast ? ['`stay_at_least`'] : [])];
  return said.length > 0 ? [diagnose('W651', { keys: said.join(' or ') })] : [];
}
