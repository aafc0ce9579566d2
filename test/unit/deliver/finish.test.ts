/** The names of manifests: they sort as the manifests were made, whatever the clock does. */
import { expect, it } from 'vitest';
import { sealOf } from '../../../src/deliver/finish.ts';
import { parseInstant } from '../../../src/instant.ts';

it('grow though the clock stands still, or goes back', () => {
  const noon = parseInstant('2026-11-22T12:00:00.123456Z', 'UTC')!;
  const seals = [sealOf('run-f', noon, undefined)];
  for (const [run, at] of [
    ['run-e', noon],
    ['run-d', noon - 3_600_000_000n],
    ['run-c', noon + 1n],
    ['run-b', noon + 60_000_000n],
  ] as const)
    seals.push(sealOf(run, at, { ...seals.at(-1)!, open: false }));
  const ids = seals.map(({ id }) => id);
  expect(ids[0]).toBe('20261122T120000.123456Z-run-f');
  expect(ids.toSorted()).toEqual(ids);
  expect(seals.map(({ previous }) => previous)).toEqual([undefined, ...ids.slice(0, -1)]);
  expect(seals.every(({ open }) => open)).toBe(true);
});
