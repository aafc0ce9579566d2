/** Which tables of a segment are slower than its tier promises: it can be no fresher than the slowest of them. Pure. */
import type { Contract } from '../config/project.ts';
import { type Duration, HOUR, type Instant } from '../instant.ts';
import { type ReadTable, relationName } from './reads.ts';
import type { Newest } from './stale.ts';

export interface Slow {
  readonly read: ReadTable;
  readonly table: string;
  /** Of its newest row, and how old that is; undefined: it is not known, or there is none. */
  readonly newest?: Instant;
  readonly age?: Duration;
  /** How old it may be by its contract, if it has one. */
  readonly expected?: Duration;
}

/** What nobody promised is told only from here on: many a table is quiet for minutes and nothing is wrong. */
const QUIET: Duration = HOUR;

/**
 * Tables with a contract that promises less than the tier, or that is broken; others by the age of their newest row, but
 * for the entity's own: when nobody changes, it does not.
 */
export function slowReads(
  reads: readonly ReadTable[],
  newest: Newest,
  { t, promise }: { readonly t: Instant; readonly promise: Duration },
): Slow[] {
  return reads.flatMap((read) => {
    const at = newest(read.id);
    const expected = strictest(read.contracts);
    const age = typeof at === 'string' ? t - BigInt(at) : undefined;
    const isSlow =
      expected === undefined
        ? read.role !== 'entity' && age !== undefined && age > promise && age > QUIET
        : expected > promise || at === null || (age !== undefined && age > expected);
    if (!isSlow) return [];
    const known = age === undefined ? {} : { newest: t - age, age };
    const table = relationName(read.table.relation);
    return [{ read, table, ...known, ...(expected === undefined ? {} : { expected }) }];
  });
}

/** The one that holds the segment back most. */
export function slowest(slow: readonly Slow[]): Slow | undefined {
  const lag = ({ age = 0n, expected = 0n }: Slow): Duration => (age > expected ? age : expected);
  return slow.reduce<Slow | undefined>(
    (most, each) => (most && lag(most) >= lag(each) ? most : each),
    undefined,
  );
}

export function strictest(contracts: readonly Contract[] = []): Duration | undefined {
  const all = contracts.map(({ within }) => within);
  return all.length === 0 ? undefined : all.reduce((least, each) => (each < least ? each : least));
}
