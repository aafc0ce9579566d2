import { describe, expect, it } from 'vitest';
import { colors } from '../../../src/report/colors.ts';
import { runText } from '../../../src/report/pretty.ts';
import { delivered, report, segment, sync } from './fixture.ts';

const plain = colors(false);
const text = (given: Parameters<typeof report>[0]): string => runText(report(given), plain);

describe('the result of a run', () => {
  it('is a table of syncs and one closing line', () => {
    expect(
      text({
        segments: [segment({ members: 5000, entered: 1234, exited: 1 })],
        syncs: [
          delivered(),
          sync({ sync: 'a.hook', delivered: { add: 0, remove: 0, update: 3 }, duration_ms: 12 }),
        ],
      }),
    ).toBe(
      [
        'sync       added  removed  updated  time',
        'a.hook         0        0        3  12ms',
        'vip.files  1,234        1        0  1.2s',
        '',
        'Done in 1.8s: 1 segment evaluated, 1,234 entered, 1 exited; 1,238 changes delivered to 2 syncs.',
        '',
      ].join('\n'),
    );
  });

  it('counts what was rejected and what waits only when there is any', () => {
    const out = text({ syncs: [delivered({ rejected: 2, waiting: 10 })] });
    expect(out).toContain('sync       added  removed  updated  rejected  waiting  time\n');
    expect(out).toContain('vip.files  1,234        1        0         2       10  1.2s\n');
    expect(out).toContain('; 2 rejected; 10 waiting.');
  });

  it('tells the commonest reasons for rejections', () => {
    const rejections = [
      { code: 'http_400', message: 'the endpoint answered HTTP 400', rows: 19 },
      { code: 'bad_phone', message: 'no number', rows: 1 },
    ];
    const out = text({ syncs: [delivered({ rejected: 20, rejections })] });
    expect(out).toContain(
      [
        '',
        'rejected    vip.files: 19 rows: http_400 the endpoint answered HTTP 400',
        'rejected    vip.files: 1 row: bad_phone no number',
        '',
      ].join('\n'),
    );
  });

  it('says that nothing was due, and what to do about it', () => {
    const skipped = segment({ mode: 'skipped', reason: 'not_due' });
    expect(text({ segments: [skipped], syncs: [sync({ skipped: 'not_due' })] })).toBe(
      'Done in 1.8s: nothing was due (`--all` runs everything).\n',
    );
    expect(
      text({ segments: [skipped], next_due: { tier: 'hourly', at: '2026-11-22T11:02:26.000000Z' } }),
    ).toBe(
      'Done in 1.8s: nothing was due (`--all` runs everything); next is hourly at 2026-11-22T11:02:26Z.\n',
    );
    expect(text({ segments: [segment({ mode: 'skipped', reason: 'not_newer' })] })).toBe(
      'Done in 1.8s: what `--after` names is not newer than the last tick.\n',
    );
    expect(text({})).toBe('Done in 1.8s: there is no segment to look at.\n');
    expect(text({ segments: [segment({ mode: 'skipped', reason: 'locked' })] })).toContain('another process');
    // Not evaluated, for it was not due; and not delivered, for another process does.
    expect(text({ segments: [skipped], syncs: [sync({ skipped: 'locked' })] })).toContain('another process');
  });

  it('names a held sync, its figure, the limit and the way out', () => {
    const held = { guard: 'max_remove', figure: '45%', limit: '30%' } as const;
    const out = text({ status: 'held', syncs: [sync({ held })] });
    expect(out).toContain('vip.files      0        0        0  held\n');
    expect(out).toContain('held        vip.files: it would remove 45%, the limit is 30%\n');
    expect(out).toContain('`guards: { max_remove: ... }`');
    expect(out).toContain('Held after 1.8s');
  });

  it('counts failures and says that running again is safe', () => {
    const error = { code: 'E301', message: 'x' };
    const out = text({
      status: 'failed',
      segments: [segment({ error })],
      syncs: [sync({ error }), sync({ sync: 'b.files', error })],
    });
    expect(out).toContain('vip.files      0        0        0  failed\n');
    expect(out).toContain(
      'Failed after 1.8s: 1 segment and 2 syncs failed. The rest is done; running again is safe.',
    );
  });

  it('says why a sync was left out, and how many nobody could match', () => {
    const out = text({ syncs: [sync({ skipped: 'target' }), delivered({ sync: 'b.meta', unmatchable: 1 })] });
    expect(out).toContain('skipped     vip.files: its destination does not list this target\n');
    expect(out).toContain('unmatchable b.meta: 1 member without a usable identifier\n');
  });

  it('stays within 80 columns and keeps long names whole', () => {
    const name = `${'very_long_segment_name_'.repeat(3)}.files`;
    const out = text({ syncs: [delivered({ sync: name, rejected: 1, waiting: 1_000_000 }), delivered()] });
    const table = out.split('\n\n')[0]!.split('\n');
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(table[1]).toBe(name);
    expect(table[2]).toMatch(/^ +1,234 +1 +0 +1 +1,000,000 +1\.2s$/);
  });

  it('colours only when asked to', () => {
    const done = report({ syncs: [delivered()] });
    expect(runText(done, colors(false))).not.toContain('\u001b');
    expect(runText(done, colors(true))).toContain('\u001b[32mDone in 1.8s');
  });
});
