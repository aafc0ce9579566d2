/** What several documents hold. */
import { z } from 'zod';

/** Which form a document has. A later version of 1 may add keys; none goes away or changes its meaning. */
export const version = z.literal(1).describe('the form of this document; within 1, keys may be added');

export const instant = z.string().describe('an instant of ISO 8601, in UTC');
export const milliseconds = z.number().min(0).describe('in milliseconds');
/** `what` there are of. */
export const number = (what: string) => z.int().min(0).describe(what);
export const share = z.number().min(0);

export const counts = z.strictObject({
  add: number('members to add, or added'),
  remove: number('members to remove, or removed'),
  update: number('members whose fields changed'),
});

export const freshness = z.strictObject({ p50: milliseconds, p95: milliseconds, p99: milliseconds });

/** The keys of what tells of changes against a promise. */
export const kept = {
  promise_ms: z.number().min(0).describe('in milliseconds'),
  changes: number('changes that were measured: acknowledged, and of a known cause'),
  kept: number('of them within the promise'),
  kept_share: z.number().min(0).max(1).describe('the same as a share: from 0.95 on the promise is kept'),
};

export const failure = z.strictObject({
  code: z.string().describe('the code of a diagnostic: `segsync explain CODE`'),
  message: z.string().describe('in words, without personal data'),
});

export const cost = z.strictObject({
  amount: z.number().min(0),
  unit: z.string().describe('the warehouse’s own: `planner cost`, `rows from tables`, `bytes read`'),
});

export const problem = z.strictObject({
  code: z.string().describe('the code of a diagnostic: `segsync explain CODE`'),
  message: z.string(),
  file: z.exactOptional(
    z.string().describe('relative to where the command was started, where it lies below'),
  ),
  line: z.exactOptional(z.int().min(1)),
  column: z.exactOptional(z.int().min(1)),
  hint: z.exactOptional(z.string()),
});

/** What stays of a type when nothing is said of who may write to it. */
export type Plain<T> = T extends readonly (infer U)[]
  ? Plain<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T;

/** `true` where two types hold the same; anything else does not compile. */
export type Same<A, B> = [Plain<A>] extends [Plain<B>]
  ? [Plain<B>] extends [Plain<A>]
    ? true
    : never
  : never;
