/**
 * What commands give, as documented for `--json` (version 1): a file of types for each. Counts are of members; times in
 * milliseconds.
 */
export type * from './results/advise.ts';
export type * from './results/destinations.ts';
export type * from './results/events.ts';
export type * from './results/forget.ts';
export type * from './results/run.ts';
export type * from './results/status.ts';
export type * from './results/why.ts';
