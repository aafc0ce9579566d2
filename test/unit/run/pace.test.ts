/** Tiers on a warehouse that does not bear them. */
import { describe, expect, it } from 'vitest';
import type { Project, Tier } from '../../../src/config/project.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/instant.ts';
import { paced, tooFast, usedTiers } from '../../../src/run/pace.ts';
import type { Capabilities } from '../../../src/warehouse/warehouse.ts';

const tiers: Tier[] = [
  { name: 'realtime', every: 2n * SECOND, freshWithin: 10n * SECOND },
  { name: 'patient', every: 10n * SECOND, freshWithin: HOUR },
  { name: 'hourly', every: HOUR, at: '00:30', freshWithin: 2n * HOUR },
];
const PLACE = { file: '/p/segsync.yaml', line: 4, column: 3 };
const project = {
  tiers: new Map(tiers.map((tier) => [tier.name, tier])),
  targets: new Map([['prod', { name: 'prod', type: 'x', options: {}, place: PLACE }]]),
  segments: new Map([
    ['a', { name: 'a', tier: 'realtime' }],
    ['b', { name: 'b', tier: 'patient' }],
  ]),
  syncs: new Map([['a.x', { name: 'a.x', tier: 'hourly' }]]),
} as unknown as Project;
const bearing = (seconds: number) => ({
  capabilities: { shortestCadenceSeconds: seconds } as Capabilities,
});

describe('a tier that is faster than the warehouse bears', () => {
  it('runs at its cadence, and promises what such a tier can', () => {
    expect([...paced(project, bearing(60)).tiers.values()]).toEqual([
      { name: 'realtime', every: MINUTE, freshWithin: 2n * MINUTE },
      { name: 'patient', every: MINUTE, freshWithin: HOUR },
      tiers[2],
    ]);
  });

  it('is told of once, where it is used', () => {
    const names = { target: 'prod', segments: new Set(['a']), syncs: new Set(['a.x']) };
    const told = tooFast(project, bearing(60), names);
    expect(told.map(({ code, place }) => [code, place])).toEqual([['W157', PLACE]]);
    expect(told[0]!.message).toContain('`realtime` asks for every 2s');
    expect(tooFast(project, bearing(60), { ...names, segments: new Set() })).toEqual([]);
    expect(usedTiers(project, names)).toEqual(['hourly', 'realtime']);
  });

  it('is none where the warehouse bears it', () => {
    expect(paced(project, bearing(1))).toBe(project);
  });
});
