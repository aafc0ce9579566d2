import { heldText } from './held.ts';
import type { Shown } from './problems.ts';
import type { FailureReport, RunReport } from './results.ts';

/** The failed segments and syncs of a report as problems. */
export function failuresOf(report: RunReport): Shown[] {
  return [
    ...report.segments.map(({ segment, error }) => ({ of: `segment ${segment}`, error })),
    ...report.syncs.map(({ sync, error }) => ({ of: `sync ${sync}`, error })),
  ].flatMap(({ of, error }) => (error ? [failure(of, error)] : []));
}

/** The held syncs of a report as problems. */
export function holdsOf({ syncs }: RunReport): Shown[] {
  return syncs
    .filter(({ held }) => held)
    .map((result) => {
      const { code, why, ways } = heldText(result);
      return {
        severity: 'error',
        code,
        message: `sync ${result.sync} is held: ${why}`,
        hint: ways.join(' '),
      };
    });
}

function failure(of: string, { code, message }: FailureReport): Shown {
  return { severity: 'error', code, message: `${of}: ${message}` };
}
