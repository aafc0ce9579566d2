/** What a plan says of the cost of evaluating: for engineers, in one line. */
import type { Colors } from './colors.ts';
import type { Cost, RunReport, SegmentResult } from './results.ts';
import { count } from './words.ts';

/** A line with its line feed; nothing where the warehouse could not say. */
export function costLine({ cost, segments }: RunReport, colors: Colors): string {
  if (!cost) return '';
  const apart = oneByOne(segments);
  const compared = apart === undefined ? '' : `; one by one: ${count(Math.round(apart))}`;
  return `${colors.dim(`Estimated cost: ${count(Math.round(cost.amount))} (${cost.unit})${compared}.`)}\n`;
}

/** What the segments would cost if none shared a pass with another; undefined where that is unknown, or the same. */
function oneByOne(segments: readonly SegmentResult[]): number | undefined {
  const costs = segments
    .filter(({ mode }) => mode !== 'skipped')
    .map((segment): Cost | undefined => segment.cost);
  if (costs.length < 2 || costs.includes(undefined)) return undefined;
  return costs.reduce((sum, cost) => sum + cost!.amount, 0);
}
