/** `advise --json`. */
import { z } from 'zod';
import type { AdviceReport } from '../results.ts';
import { cost, failure, instant, milliseconds, number, type Same, share, version } from './parts.ts';

const lateness = z.strictObject({
  mean_ms: milliseconds,
  longest_ms: milliseconds,
});

const tier = z.strictObject({
  tier: z.string(),
  every_ms: milliseconds.describe('as often as the warehouse lets it tick; in milliseconds'),
  wrong_share: z.exactOptional(
    share.describe(
      'missing and lingering time as a share of members’ time; absent when there was no member at any time',
    ),
  ),
  wrong_members: number('keys that were wrong at some time'),
  missing_ms: milliseconds.describe('members’ time for which they were not in yet; in milliseconds'),
  lingering_ms: milliseconds.describe('time for which those who had left were still in; in milliseconds'),
  late_enters: lateness.describe('of the enters that were seen'),
  late_exits: lateness.describe('of the exits that were seen'),
  unseen: number('changes that came and went between two ticks, or had none after them'),
  add: number('members added, for each sync'),
  remove: number('members removed, for each sync'),
  ticks: number('ticks in the span'),
  busy_ticks: number('ticks that had a key to look at'),
  affected: number('keys looked at, each once a tick'),
  cost: z.exactOptional(cost.describe('of all ticks; absent where the warehouse cannot say')),
});

const past = z.strictObject({
  keys: number('keys of the entity'),
  sampled: number('keys that were replayed; the figures are scaled up to all'),
  members: number('members at the end of the span'),
  average_members: z.number().min(0),
  entered: number('enters that truly happened'),
  exited: number('exits that truly happened'),
});

const segment = z.strictObject({
  segment: z.string(),
  tier: z.string().describe('that it has now'),
  advised: z.boolean(),
  reasons: z.exactOptional(
    z
      .array(z.strictObject({ code: z.string().describe('for programs: `trait`'), message: z.string() }))
      .describe('why its past cannot be told'),
  ),
  error: z.exactOptional(failure),
  notes: z.exactOptional(
    z
      .array(z.strictObject({ code: z.string(), message: z.string(), hint: z.exactOptional(z.string()) }))
      .describe('what makes the figures doubtful'),
  ),
  past: z.exactOptional(past),
  tiers: z.exactOptional(z.array(tier).describe('fastest first')),
  recommended: z.exactOptional(z.string().describe('a tier')),
  why: z.exactOptional(z.string().describe('in words')),
});

export const adviceReport = z.strictObject({
  version,
  now: instant.describe('the end of the span'),
  from: instant.describe('its beginning'),
  max_wrong: share.describe('largest share of members’ time that may be wrong at the recommended tier'),
  segments: z.array(segment),
});

true satisfies Same<z.output<typeof adviceReport>, AdviceReport>;
