import { describe, expect, it } from 'vitest';
import { colors } from '../../../src/report/colors.ts';
import { hasChanges, planText } from '../../../src/report/plan.ts';
import { report, segment, sync } from './fixture.ts';

const text = (given: Parameters<typeof report>[0]): string => planText(report(given), colors(false));
const vip = segment({ members: 9548, entered: 212, exited: 41 });

describe('a plan', () => {
  it('shows definitions, members, operations, requests, and that nothing was sent', () => {
    const out = text({
      definition_changes: [
        { kind: 'segment', name: 'vip', change: 'new' },
        { kind: 'sync', name: 'old.files', change: 'removed' },
        { kind: 'sync', name: 'vip.files', change: 'mapping' },
      ],
      segments: [
        vip,
        segment({ segment: 'all', mode: 'full', reason: 'first_tick', members: 10, entered: 10 }),
      ],
      syncs: [sync({ planned: { add: 212, remove: 41, update: 2 }, requests: 2 })],
    });
    expect(out).toBe(
      [
        '+ segment vip: new',
        '- sync old.files: removed; its audience is kept',
        '~ sync vip.files: another mapping: every member is compared again',
        '',
        'segment  members             enter  exit        full',
        'all            0  ->     10    +10    -0  first tick',
        'vip        9,377  ->  9,548   +212   -41',
        '',
        'sync       add  remove  update  requests',
        'vip.files  212      41       2         2',
        '',
        'Plan: 3 definition changes; +222 -41 in 2 segments;',
        '      255 operations in 2 requests to 1 sync.',
        'Nothing was sent.',
        '',
      ].join('\n'),
    );
  });

  it('says when there is nothing to do', () => {
    expect(text({})).toBe('Plan: there is nothing to evaluate.\nNothing was sent.\n');
  });

  it('counts no operation of a sync that is held or does not send from here', () => {
    const planned = { add: 7, remove: 0, update: 0 };
    const out = text({
      segments: [vip],
      syncs: [
        sync({ planned, requests: 1, skipped: 'target' }),
        sync({ sync: 'b.x', planned, requests: 1, held: { guard: 'max_add', figure: '60%', limit: '50%' } }),
      ],
    });
    expect(out).toContain('vip.files    7       0       0  not sent\n');
    expect(out).toContain('held        b.x: it would add 60%, the limit is 50%\n');
    expect(out).toContain('0 operations in 0 requests to 0 syncs.');
  });
});

describe('the cost of a plan', () => {
  const cost = (amount: number) => ({ cost: { amount, unit: 'planner cost' } });
  const lineOf = (given: Parameters<typeof report>[0]): string | undefined =>
    text({ ...cost(12345.6), ...given })
      .split('\n')
      .find((line) => line.startsWith('Estimated cost'));

  it('is one line before the last, with what the segments would cost alone', () => {
    const segments = [segment(cost(9000.25)), segment({ segment: 'all', ...cost(4000) })];
    const out = text({ ...cost(12345.6), segments });
    expect(out).toMatch(
      /\.\nEstimated cost: 12,346 \(planner cost\); one by one: 13,000\.\nNothing was sent\.\n$/,
    );
  });

  it('compares nothing where one segment is alone, or the cost of one is unknown', () => {
    const alone = 'Estimated cost: 12,346 (planner cost).';
    expect(lineOf({ segments: [segment(cost(12345.6))] })).toBe(alone);
    const skipped = segment({ segment: 'late', mode: 'skipped', reason: 'not_due' });
    expect(lineOf({ segments: [segment(cost(12345.6)), skipped] })).toBe(alone);
    expect(lineOf({ segments: [segment(cost(1)), segment({ segment: 'all' })] })).toBe(alone);
  });

  it('is left out where the warehouse cannot say', () => {
    expect(text({ segments: [segment(cost(1)), segment({ segment: 'all' })] })).not.toContain('cost');
  });

  it('fits a narrow terminal', () => {
    const dear = { cost: { amount: 1_234_567_890_123, unit: 'bytes read' } };
    const line = lineOf({ ...dear, segments: [segment(dear), segment({ ...dear, segment: 'all' })] });
    expect(line!.length).toBeLessThanOrEqual(80);
  });
});

describe('pending changes', () => {
  const pending = (given: Parameters<typeof report>[0]): boolean => hasChanges(report(given));

  it('are a definition, a membership or an operation', () => {
    expect(pending({ definition_changes: [{ kind: 'segment', name: 'vip', change: 'logic' }] })).toBe(true);
    expect(pending({ segments: [segment({ exited: 1 })] })).toBe(true);
    expect(pending({ syncs: [sync({ planned: { add: 0, remove: 0, update: 1 } })] })).toBe(true);
  });

  it('are not another description, nor what is not sent from this target', () => {
    expect(pending({ definition_changes: [{ kind: 'segment', name: 'vip', change: 'metadata' }] })).toBe(
      false,
    );
    expect(pending({ syncs: [sync({ skipped: 'target', planned: { add: 9, remove: 0, update: 0 } })] })).toBe(
      false,
    );
    expect(pending({ segments: [segment({ members: 5 })] })).toBe(false);
  });
});
