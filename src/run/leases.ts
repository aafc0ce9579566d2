/** Which leases a run needs, and what it leaves out because another process holds it. */

import { leaseName } from '../deliver/context.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { RunOptions } from '../pipeline.ts';
import type { Leases } from '../state/leases.ts';
import type { Results } from './results.ts';
import type { Schedule } from './schedule.ts';

/** The lease that a segment's evaluator holds. */
export function evaluateLease(segment: string): string {
  return `evaluate:${segment}`;
}

/** Whether this process holds every lease of a schedule already, and so has since before it looked. */
export function isHeld(leases: Leases, wanted: Pick<Schedule, 'segments' | 'syncs'>): boolean {
  return leaseNames(wanted).every((name) => leases.remainingMs(name) > 0);
}

function leaseNames({ segments, syncs }: Pick<Schedule, 'segments' | 'syncs'>): string[] {
  return [...segments.map(({ name }) => evaluateLease(name)), ...syncs.map(({ name }) => leaseName(name))];
}

/** Takes the leases of a schedule; resolves to what of it this process may do. What another holds is left out and named. */
export async function leased(
  leases: Leases,
  wanted: Pick<Schedule, 'segments' | 'syncs'>,
  options: RunOptions,
  results: Results,
): Promise<{
  schedule: Pick<Schedule, 'segments' | 'syncs'>;
  locked: { segments: readonly string[]; syncs: readonly string[] };
}> {
  const names = leaseNames(wanted);
  const { held, lost } = await leases.acquire(names, { waitMs: options.waitMs, signal: options.signal });
  for (const { name, owner } of lost) {
    results.warn(diagnose('W702', { name, owner: owner.split(':').slice(0, 2).join(' process ') }));
  }
  const mine = (name: string): boolean => held.has(name);
  const segments = wanted.segments.filter(({ name }) => mine(evaluateLease(name)));
  const syncs = wanted.syncs.filter(({ name }) => mine(leaseName(name)));
  return {
    schedule: { segments, syncs },
    locked: {
      segments: wanted.segments.filter((each) => !segments.includes(each)).map(({ name }) => name),
      syncs: wanted.syncs.filter((each) => !syncs.includes(each)).map(({ name }) => name),
    },
  };
}
