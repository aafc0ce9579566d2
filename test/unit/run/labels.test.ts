import { describe, expect, it } from 'vitest';
import type { TickGroup } from '../../../src/evaluate/tick.ts';
import { tickLabel } from '../../../src/run/labels.ts';

const RUN = { runId: 'r1', options: { command: 'run' } } as const;

const groupOf = (names: readonly string[], tier = 'daily'): TickGroup =>
  ({
    entity: { name: 'customer' },
    members: names.map((name) => ({ prepared: { name, segment: { tier } } })),
  }) as unknown as TickGroup;

describe('the label of a tick', () => {
  it('names the run, the tiers, the entity and the segments', () => {
    const { entity, members } = groupOf(['b', 'a'], 'hourly');
    expect(tickLabel(RUN, { entity, members: [...members, ...groupOf(['c']).members] })).toBe(
      'segsync command=run run=r1 tier=daily,hourly entity=customer segments=b,a,c',
    );
  });

  it('leaves room for the statement where the segments are many', () => {
    const names = Array.from({ length: 100 }, (_, n) => `segment_${n + 100}`);
    const label = tickLabel(RUN, groupOf(names));
    const [, shown, more] = /segments=(\S+) \+(\d+) more$/.exec(label)!;
    expect(shown!.split(',')).toEqual(names.slice(0, 100 - Number(more)));
    expect(label.length).toBeLessThan(500);
    expect(Number(more)).toBeLessThan(80);
  });

  it('names one segment however long its name is', () => {
    const long = 'x'.repeat(600);
    expect(tickLabel(RUN, groupOf([long, 'y']))).toMatch(new RegExp(`segments=${long} \\+1 more$`));
  });
});
