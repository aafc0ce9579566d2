/** E154 and on, E221 and on: how fresh tables are expected to be. */
import { error, warning } from '../declare.ts';
import { EXIT } from '../exit.ts';

/** A table that is older than it should be, in words. */
interface Old {
  readonly table: string;
  /** `20h 03m`; undefined: it shows no row at all. */
  readonly age?: string;
  readonly expected: string;
}

export const FRESH_CODES = {
  E154: error<Record<never, never>>(
    EXIT.invalidProject,
    () => 'how old this table is cannot be told: it has no cursor',
    () => 'declare `cursor: COLUMN`, a time that grows whenever a row is added or changed',
  ),
  E155: error<Record<never, never>>(
    EXIT.invalidProject,
    () => '`on_stale` says what happens when a table is old, and nothing says how old it may be',
    () => 'add `expect_fresh_within: 6h` beside it, or take it out',
  ),
  E157: error<{ table: string; column: string; type: string }>(
    EXIT.invalidProject,
    (p) =>
      `how old ${p.table} is cannot be told: its cursor \`${p.column}\` is of type ${p.type}, which is no time`,
    () => 'name a time stamp or a date as its cursor, or take `expect_fresh_within` out',
  ),
  E221: error<Old>(
    EXIT.failed,
    (p) => `${oldInWords(p)}; nothing of this segment is evaluated`,
    () =>
      'see why nothing arrives there; `on_stale: warn` or `hold`, on the table or in the segment, goes on without',
  ),
  E222: error<{ sync: string; table: string; newest?: string; expected: string }>(
    EXIT.held,
    (p) =>
      `sync ${p.sync} is held: ${p.table} ${p.newest === undefined ? 'shows no row at all' : `shows nothing newer than ${p.newest}`}, and is expected to be fresh within ${p.expected}`,
    () =>
      'the hold ends by itself once rows arrive there; `on_stale: warn` in the segment sends without waiting for them',
  ),
  W154: warning<{ segment: string }>(
    (p) => `segment \`${p.segment}\` says \`on_stale\`, but no table that it reads is expected to be fresh`,
    () => 'say `expect_fresh_within: 6h` on the table that is meant, in segsync.yaml',
  ),
  W155: warning<{ table: string; expected: string; segments: readonly string[]; more: number }>(
    (p) =>
      `${p.table} may be ${p.expected} old, so what reads it can be no fresher, whatever its tier promises: ${p.segments.join(', ')}${andMore(p.more)}`,
    () => 'give such a segment a slower tier; or shorten `expect_fresh_within`, if rows do come more often',
  ),
  W221: warning<{ segments: readonly string[]; more: number } & Old>(
    (p) => `${oldInWords(p)}; it is read by ${p.segments.join(', ')}${andMore(p.more)}`,
    () => 'see why nothing arrives there: who is in these segments is as old as that',
  ),
} as const;

function oldInWords({ table, age, expected }: Old): string {
  const is = age === undefined ? 'shows no row at all' : `is ${age} old`;
  return `${table} ${is}, and is expected to be fresh within ${expected}`;
}

function andMore(more: number): string {
  return more > 0 ? ` and ${more} more` : '';
}
