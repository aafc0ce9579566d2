/**
 * One cron line, played for more than a day around the changes of clocks, against tables written by hand.
 *
 * Minutes in which nothing may happen are skipped, but for the one before each in which something must, and two hours
 * around the change. A run does all that became due since the run before: had a tier been due in a skipped minute, the
 * run before the next row of the table would show it.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { formatInstant, type Instant, MINUTE, SECOND } from '../../src/instant.ts';
import { at, type Cron, minutes, openCron } from './cron.ts';

let cron: Cron | undefined;
afterEach(async () => {
  await cron?.end();
  cron = undefined;
});

/**
 * The tiers but for the fast ones. `shifted`: printf cron:shifted | sha256sum begins with 5b3c7ef, which is 0.356 of
 * 2^28, and so of 12 minutes: 4 minutes and 16 seconds past the hour, which cron sees at :05.
 */
const TIERS = {
  hourly: '',
  daily: '',
  night: '{every: 24h, at: "02:30"}',
  halves: '{every: 12h, at: "06:00"}',
  thirds: '{every: 8h}',
  ninety: '{every: 90m}',
  odd: '{every: 36h, at: "06:00"}',
  weekly: '{every: 7d, at: "05:00"}',
  shifted: '{every: 1h, jitter: 12m}',
};

interface Day {
  readonly timezone: string;
  readonly tiers?: Readonly<Record<string, string>>;
  /** The first run, which does everything; from then on a run a minute. */
  readonly from: string;
  readonly to: string;
  /** Every minute of these two hours is played. */
  readonly whole: readonly [string, string];
  /** In UTC, `|` is midnight. */
  readonly table: Readonly<Record<string, string>>;
}

/**
 * On each of the days: the host is down from 07:10 until 10:35; the process is another one from 14:00 on; the run of
 * 18:00 takes seven and a half minutes, in which no other can begin.
 */
const DAYS: Readonly<Record<string, Day>> = {
  'Berlin, 25 hours (01:00Z: 03:00 is 02:00 again; the day begins at 22:00Z and ends at 23:00Z)': {
    timezone: 'Europe/Berlin',
    from: '2026-10-24T21:50',
    to: '2026-10-26T00:10',
    whole: ['2026-10-25T00:00', '2026-10-25T02:00'],
    table: {
      hourly:
        '22:00 23:00 | 00:00 01:00 02:00 03:00 04:00 05:00 06:00 07:00 10:35 11:00 12:00 13:00 14:00 15:00 16:00 17:00 18:00 19:00 20:00 21:00 22:00 23:00 | 00:00',
      shifted:
        '22:05 23:05 | 00:05 01:05 02:05 03:05 04:05 05:05 06:05 07:05 10:35 11:05 12:05 13:05 14:05 15:05 16:05 17:05 18:08 19:05 20:05 21:05 22:05 23:05 | 00:05',
      daily: '| 05:00',
      night: '| 00:30',
      halves: '| 04:00 05:00 17:00',
      thirds: '22:00 | 06:00 14:00 22:00 23:00',
      ninety:
        '22:00 23:30 | 01:00 02:30 04:00 05:30 07:00 10:35 11:30 13:00 14:30 16:00 17:30 19:00 20:30 22:00 23:00',
      odd: '| 05:00',
      weekly: '',
    },
  },
  'Berlin, 23 hours (01:00Z: 02:00 is 03:00; the day begins at 23:00Z and ends at 22:00Z)': {
    timezone: 'Europe/Berlin',
    from: '2026-03-28T22:50',
    to: '2026-03-30T01:10',
    whole: ['2026-03-29T00:00', '2026-03-29T02:00'],
    table: {
      hourly:
        '23:00 | 00:00 01:00 02:00 03:00 04:00 05:00 06:00 07:00 10:35 11:00 12:00 13:00 14:00 15:00 16:00 17:00 18:00 19:00 20:00 21:00 22:00 23:00 | 00:00 01:00',
      shifted:
        '23:05 | 00:05 01:05 02:05 03:05 04:05 05:05 06:05 07:05 10:35 11:05 12:05 13:05 14:05 15:05 16:05 17:05 18:08 19:05 20:05 21:05 22:05 23:05 | 00:05 01:05',
      daily: '| 04:00',
      night: '| 01:30 | 00:30',
      halves: '| 04:00 16:00',
      thirds: '23:00 | 07:00 15:00 22:00',
      ninety:
        '23:00 | 00:30 02:00 03:30 05:00 06:30 10:35 11:00 12:30 14:00 15:30 17:00 18:30 20:00 21:30 22:00 23:30 | 01:00',
      odd: '| 04:00',
      weekly: '',
    },
  },
  'London, 25 hours (01:00Z: 02:00 is 01:00 again; the day begins at 23:00Z and ends at 00:00Z)': {
    timezone: 'Europe/London',
    tiers: { night: '{every: 24h, at: "01:30"}' },
    from: '2026-10-24T22:50',
    to: '2026-10-26T01:10',
    whole: ['2026-10-25T00:00', '2026-10-25T02:00'],
    table: {
      hourly:
        '23:00 | 00:00 01:00 02:00 03:00 04:00 05:00 06:00 07:00 10:35 11:00 12:00 13:00 14:00 15:00 16:00 17:00 18:00 19:00 20:00 21:00 22:00 23:00 | 00:00 01:00',
      shifted:
        '23:05 | 00:05 01:05 02:05 03:05 04:05 05:05 06:05 07:05 10:35 11:05 12:05 13:05 14:05 15:05 16:05 17:05 18:08 19:05 20:05 21:05 22:05 23:05 | 00:05 01:05',
      daily: '| 06:00',
      night: '| 00:30',
      halves: '| 05:00 06:00 18:00',
      thirds: '23:00 | 07:00 15:00 23:00 | 00:00',
      ninety:
        '23:00 | 00:30 02:00 03:30 05:00 06:30 10:35 11:00 12:30 14:00 15:30 17:00 18:30 20:00 21:30 23:00 | 00:00',
      odd: '| 06:00',
      weekly: '',
    },
  },
  'London, 23 hours (01:00Z: 01:00 is 02:00; the day begins at 00:00Z and ends at 23:00Z)': {
    timezone: 'Europe/London',
    tiers: { night: '{every: 24h, at: "01:30"}' },
    from: '2026-03-28T23:50',
    to: '2026-03-30T02:10',
    whole: ['2026-03-29T00:30', '2026-03-29T02:30'],
    table: {
      hourly:
        '| 00:00 01:00 02:00 03:00 04:00 05:00 06:00 07:00 10:35 11:00 12:00 13:00 14:00 15:00 16:00 17:00 18:00 19:00 20:00 21:00 22:00 23:00 | 00:00 01:00 02:00',
      shifted:
        '| 00:05 01:05 02:05 03:05 04:05 05:05 06:05 07:05 10:35 11:05 12:05 13:05 14:05 15:05 16:05 17:05 18:08 19:05 20:05 21:05 22:05 23:05 | 00:05 01:05 02:05',
      daily: '| 05:00',
      night: '| 01:30 | 00:30',
      halves: '| 05:00 17:00',
      thirds: '| 00:00 10:35 16:00 23:00',
      ninety:
        '| 00:00 01:30 03:00 04:30 06:00 10:35 12:00 13:30 15:00 16:30 18:00 19:30 21:00 22:30 23:00 | 00:30 02:00',
      odd: '| 05:00',
      weekly: '',
    },
  },
};

describe.each(Object.entries(DAYS))('%s', (_, day) => {
  it('each tier ticks and delivers as the table says, and at no other time', async () => {
    cron = await openCron(day.timezone, { ...TIERS, ...day.tiers });
    expect(await cron.run(at(day.from))).toEqual(Object.keys(TIERS).sort());
    const expected = readTable(day);
    const found: string[] = [];
    for (const now of played(day, expected)) {
      if (isAt(now, '14:00')) await cron.restart();
      const isLong = isAt(now, '18:00');
      // Somewhere in it the clock goes on.
      const onEvent = (): void => cron!.world.set(now + 7n * MINUTE + 30n * SECOND);
      const done = await cron.run(now, isLong ? { onEvent } : {});
      if (done.length > 0) found.push(row(now, done));
    }
    expect(found).toEqual([...expected].map(([now, names]) => row(now, names)));
  });
});

describe('every built-in tier, a run a minute', () => {
  it.each([
    ['2026-10-25T00:50', '2026-10-25T01:11'],
    ['2026-03-29T00:50', '2026-03-29T01:11'],
  ])('from %s, through the change of clocks', async (from, to) => {
    cron = await openCron('Europe/Berlin', { realtime: '', frequent: '', hourly: '', daily: '' });
    await cron.run(at(from));
    for (const now of minutes(from, to).slice(1)) {
      const minute = formatInstant(now).slice(14, 16);
      const expected = [
        ...(['00', '05', '10', '15', '20', '25', '30', '35', '40', '45', '50', '55'].includes(minute)
          ? ['frequent']
          : []),
        ...(minute === '00' ? ['hourly'] : []),
        'realtime',
      ];
      expect(row(now, await cron.run(now))).toBe(row(now, expected));
    }
  });
});

describe('a laptop that slept from Friday evening to Monday morning', () => {
  it('does each tier once, and then goes on by the slots', async () => {
    cron = await openCron('Europe/Berlin', { ...TIERS, realtime: '', frequent: '' });
    const all = [
      'daily',
      'frequent',
      'halves',
      'hourly',
      'night',
      'ninety',
      'odd',
      'realtime',
      'shifted',
      'thirds',
    ];
    await cron.run(at('2026-07-03T16:07'));
    await cron.restart();
    const runs = await ticks(cron);
    // Weekly is due on Thursdays.
    expect(await cron.run(at('2026-07-06T07:17'))).toEqual(all);
    expect(await ticks(cron)).toBe(runs + 1);
    expect(await cron.run(at('2026-07-06T07:18'))).toEqual(['realtime']);
    expect(await cron.run(at('2026-07-06T07:20'))).toEqual(['frequent', 'realtime']);
    // 09:30 in Berlin: 22:00Z and 19 times 90 minutes less a day.
    expect(await cron.run(at('2026-07-06T07:30'))).toEqual(['frequent', 'realtime']);
    expect(await cron.run(at('2026-07-06T08:00'))).toEqual(['frequent', 'hourly', 'realtime']);
    expect(await cron.run(at('2026-07-06T08:30'))).toEqual(['frequent', 'ninety', 'realtime', 'shifted']);
  });
});

/** Runs that wrote something down. */
async function ticks({ query }: Cron): Promise<number> {
  return Number((await query('SELECT count(*) AS n FROM segsync.runs'))[0]!.n);
}

function readTable({ from, table }: Day): Map<Instant, string[]> {
  const rows = Object.entries(table).flatMap(([tier, text]) =>
    text.split('|').flatMap((times, day) =>
      times
        .split(' ')
        .filter((time) => time !== '')
        .map((time) => ({ tier, now: at(`${from.slice(0, 11)}${time}`) + BigInt(day) * 24n * 60n * MINUTE })),
    ),
  );
  const instants = [...new Set(rows.map(({ now }) => now))].sort((a, b) => (a < b ? -1 : 1));
  return new Map(
    instants.map((now) => [
      now,
      rows
        .filter((each) => each.now === now)
        .map(({ tier }) => tier)
        .sort(),
    ]),
  );
}

/** The minutes in which cron starts a run that is played. */
function played({ from, to, whole }: Day, expected: ReadonlyMap<Instant, unknown>): Instant[] {
  const own = new Set(minutes(...whole));
  for (const now of expected.keys()) own.add(now - MINUTE).add(now);
  return minutes(from, to)
    .slice(1)
    .filter((now) => own.has(now) && !isBetween(now, '07:10', '10:34') && !isBetween(now, '18:01', '18:07'));
}

function timeOf(now: Instant): string {
  return formatInstant(now).slice(11, 16);
}

function isAt(now: Instant, time: string): boolean {
  return timeOf(now) === time;
}

function isBetween(now: Instant, first: string, last: string): boolean {
  return timeOf(now) >= first && timeOf(now) <= last;
}

function row(now: Instant, names: readonly string[]): string {
  return `${formatInstant(now).slice(0, 16)} ${[...names].sort().join(' ')}`;
}
