/** E2xx: what a segment says. */
import { didYouMean, error, type Suggestion } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const SEGMENT_CODES = {
  E201: error<{ name: string } & Suggestion>(
    EXIT.invalidProject,
    (p) => `there is no segment \`${p.name}\``,
    didYouMean,
  ),
  E202: error<{ cycle: readonly string[] }>(
    EXIT.invalidProject,
    (p) => `segments refer to each other in a circle: ${p.cycle.join(' -> ')}`,
    () => 'a reference pastes the other segment’s condition in; take one of them out',
  ),
} as const;
