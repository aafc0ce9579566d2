import { describe, expect, it } from 'vitest';
import { colors } from '../../../src/report/colors.ts';
import { memberLines } from '../../../src/report/members.ts';
import { openProgress } from '../../../src/report/progress.ts';
import type { RunEvent } from '../../../src/report/results.ts';
import { realWorld } from '../../../src/world.ts';
import { delivered, segment, sync } from './fixture.ts';

const CLEAR_LINE = '\r\u001b[2K';

const EVENTS: readonly RunEvent[] = [
  { event: 'run_started', run_id: 'r1', segments: 2, syncs: 1 },
  { event: 'segment_evaluated', result: segment({ members: 9548, entered: 212, exited: 41 }) },
  { event: 'segment_evaluated', result: segment({ segment: 'late', mode: 'skipped', reason: 'not_due' }) },
  { event: 'sync_progress', sync: 'vip.files', delivered: 1000 },
  { event: 'sync_finished', result: delivered() },
  { event: 'sync_finished', result: delivered({ sync: 'a.x', rejected: 2, waiting: 1000 }) },
  { event: 'sync_finished', result: sync({ sync: 'b.x', error: { code: 'E401', message: 'refused' } }) },
];

function played(isTerminal: boolean, verbose = false, lines = true): string {
  const real = realWorld();
  let written = '';
  const write = (text: string): void => {
    written += text;
  };
  const stderr = { write, isTerminal, columns: 60 };
  const world = { ...real, process: { ...real.process, stderr } };
  const progress = openProgress(world, { colors: colors(false), verbose, lines });
  for (const event of EVENTS) progress.onEvent(event);
  progress.end();
  return written;
}

describe('progress', () => {
  it('is finished lines where there is no terminal', () => {
    expect(played(false)).toBe(
      [
        `evaluated  ${'vip'.padEnd(22)}  9,548 members  +212 -41  0.3s`,
        `delivered  ${'vip.files'.padEnd(22)}  +1,234 -1 ~0  1.2s`,
        `delivered  ${'a.x'.padEnd(22)}  +1,234 -1 ~0  2 rejected  1,000 waiting  1.2s`,
        `failed     ${'b.x'.padEnd(22)}  E401`,
        '',
      ].join('\n'),
    );
  });

  it('names what was not due only when asked for more', () => {
    expect(played(false, true)).toContain(`skipped    ${'late'.padEnd(22)}  not due\n`);
  });

  it('leaves the lines to the result where that says them all', () => {
    expect(played(false, false, false)).toBe('');
  });

  it('redraws one line on a terminal, narrower than it, and takes it away', () => {
    const written = played(true);
    const lines = written.split(CLEAR_LINE).flatMap((text) => text.split('\n'));
    expect(lines).toContain('1 of 2 segments · 0 of 1 sync · 0 changes delivered');
    expect(Math.max(...lines.filter((line) => line.includes('·')).map((line) => line.length))).toBeLessThan(
      60,
    );
    expect(written.endsWith(CLEAR_LINE)).toBe(true);
  });
});

describe('members as text', () => {
  async function* two(): AsyncIterable<{ entity_key: string; entered_at: string }> {
    yield { entity_key: 'a"b,c', entered_at: '2026-11-22T10:00:00.000000Z' };
    yield { entity_key: '7', entered_at: '2026-11-22T10:00:01.000000Z' };
  }
  const all = async (format: 'plain' | 'csv' | 'json'): Promise<string> => {
    let text = '';
    for await (const piece of memberLines(format, 'vip', two())) text += piece;
    return text;
  };

  it('is a key a line, CSV, or one JSON document', async () => {
    expect(await all('plain')).toBe('a"b,c\n7\n');
    expect(await all('csv')).toBe(
      'entity_key,entered_at\n"a""b,c",2026-11-22T10:00:00.000000Z\n7,2026-11-22T10:00:01.000000Z\n',
    );
    expect(JSON.parse(await all('json'))).toEqual({
      version: 1,
      segment: 'vip',
      members: [
        { entity_key: 'a"b,c', entered_at: '2026-11-22T10:00:00.000000Z' },
        { entity_key: '7', entered_at: '2026-11-22T10:00:01.000000Z' },
      ],
    });
  });
});
