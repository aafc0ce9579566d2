/** What came of forgetting one key. */

import type { ForgetReport } from './results.ts';

/** As text ending in a line feed. */
export function forgetText({ entity, key, removed, left, still_there }: ForgetReport): string {
  const lines = [
    ...removed.map((sync) => `removed     ${sync}`),
    ...left.map(({ sync, reason }) => `still in    ${sync}: ${reason}`),
    left.length === 0
      ? `${entity} ${key} ${removed.length > 0 ? 'is forgotten: ' : 'is '}in no segment, in no ledger.`
      : `${entity} ${key} is not forgotten yet: mend what is said above, and run this again.`,
    ...(still_there
      ? ['Its row is still in the warehouse: as long as it is, the next full evaluation brings it back.']
      : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
