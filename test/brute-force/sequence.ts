/** Sequences, by trying every choice of rows. */
import type { Duration, Instant } from '../../src/instant.ts';

/** A step with the instants of the rows that it speaks of. */
export type Step =
  | { readonly kind: 'did'; readonly times: readonly Instant[]; readonly within?: Duration }
  | { readonly kind: 'not'; readonly times: readonly Instant[]; readonly for?: Duration };

/** Whether rows can be chosen for the `did` steps at the tick's instant `now`. */
export function sequenceHolds(steps: readonly Step[], now: Instant): boolean {
  const [first, ...rest] = steps;
  return first!.times.some((at) => canFollow(rest, at, now));
}

/** Whether the steps can come after the row chosen last, which is of `last`. */
function canFollow(steps: readonly Step[], last: Instant, now: Instant): boolean {
  const [step, next] = steps;
  if (!step) return true;
  if (step.kind === 'did') return canBeNext(step, [], steps.slice(1), last, now);
  if (next?.kind === 'did') return canBeNext(next, step.times, steps.slice(2), last, now);
  return staysQuiet(step, last, now);
}

function canBeNext(
  step: Extract<Step, { kind: 'did' }>,
  forbidden: readonly Instant[],
  rest: readonly Step[],
  last: Instant,
  now: Instant,
): boolean {
  return step.times.some(
    (at) =>
      last < at &&
      (step.within === undefined || at <= last + step.within) &&
      !forbidden.some((bad) => last < bad && bad < at) &&
      canFollow(rest, at, now),
  );
}

/** A last `not`: no row later than `last`; with `for`, none in that time after it, which is over. */
function staysQuiet(step: Extract<Step, { kind: 'not' }>, last: Instant, now: Instant): boolean {
  if (step.for === undefined) return !step.times.some((bad) => last < bad);
  const deadline = last + step.for;
  return deadline <= now && !step.times.some((bad) => last < bad && bad <= deadline);
}
