/** `segsync advise`, as its user meets it: on the quick start against a replay by hand, and where it cannot tell. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdviceReport, SegmentAdvice, TierAdvice } from '../../src/report/results.ts';
import { OUTPUTS } from '../../src/report/schemas/index.ts';
import { addTicks, addTruth, noFigures, noTruth, type Past } from '../brute-force/replay.ts';
import { engines } from '../engines.ts';
import { copyQuickStart, type ProjectCopy } from '../project-copy.ts';
import { folderOf, SHOP, segsync } from './segsync.ts';

const MINUTE = 60_000_000n;
const HOUR = 60n * MINUTE;
const DAY = 24n * HOUR;

/** What a customer did: microseconds since 1970. */
interface Did {
  readonly name: string;
  readonly occurred: bigint;
  readonly ingested: bigint;
}

interface ByHand {
  readonly window: bigint;
  /** Names of the events that it looks at. */
  readonly looks: readonly string[];
  /** Over the events that showed by then. */
  holds(shown: readonly Did[], T: bigint): boolean;
  /** Keys that can be in it at all. */
  among?(key: string): boolean;
}

const inside = ({ occurred }: Did, T: bigint, window: bigint): boolean =>
  T - window < occurred && occurred <= T;
const did = (shown: readonly Did[], name: string, T: bigint, window: bigint): boolean =>
  shown.some((each) => each.name === name && inside(each, T, window));
const isHeldOut = (key: string): boolean =>
  Number.parseInt(createHash('md5').update(`advertising:${key}`).digest('hex').slice(0, 7), 16) <
  0.1 * 2 ** 28;

const BY_HAND: Readonly<Record<string, readonly ByHand[]>> = {
  cart_abandoners: [
    {
      window: 30n * MINUTE,
      looks: ['added_to_cart', 'order_completed'],
      holds: (shown, T) =>
        shown.some(
          (cart) =>
            cart.name === 'added_to_cart' &&
            inside(cart, T, 30n * MINUTE) &&
            !shown.some(
              (order) =>
                order.name === 'order_completed' && order.occurred > cart.occurred && order.occurred <= T,
            ),
        ),
    },
  ],
  browse_abandoners: [
    {
      window: 30n * MINUTE,
      looks: ['product_viewed', 'added_to_cart'],
      holds: (shown, T) =>
        did(shown, 'product_viewed', T, 30n * MINUTE) && !did(shown, 'added_to_cart', T, 30n * MINUTE),
    },
  ],
  recent_converters: [
    {
      window: 14n * DAY,
      looks: ['order_completed'],
      holds: (shown, T) => did(shown, 'order_completed', T, 14n * DAY),
    },
  ],
};

let shop: ProjectCopy;
let events: Map<string, Did[]>;

beforeAll(async () => {
  shop = copyQuickStart();
  // Without a file it would be made anew, in memory, by each command.
  mkdirSync(join(shop.folder, '.segsync'), { recursive: true });
  const run = await shop.segsync(['run', '--tier', 'daily']);
  expect(run, run.stderr).toMatchObject({ exit: 0 });
  events = new Map();
  const rows = await shop.query(
    'SELECT customer_id, name, epoch_us(occurred_at) AS occurred, epoch_us(ingested_at) AS ingested FROM shop.events',
  );
  for (const { customer_id: key, name, occurred, ingested } of rows) {
    const own = events.get(key!) ?? [];
    own.push({ name: name!, occurred: BigInt(occurred!), ingested: BigInt(ingested!) });
    events.set(key!, own);
  }
});
afterAll(() => shop.remove());

describe('on the quick start', () => {
  it('tells of every tier what a tick at each of its slots finds: three hours', async () => {
    const report = await advice(['--over', '3h', ...Object.keys(BY_HAND)]);
    for (const segment of report.segments)
      expectByHand(report, segment, ['realtime', 'frequent', 'hourly', 'daily']);
  });

  it('and a week, the fastest tier apart', async () => {
    const report = await advice(Object.keys(BY_HAND));
    for (const segment of report.segments) {
      expectByHand(report, segment, ['frequent', 'hourly', 'daily']);
      expect(segment.past!.entered, segment.segment).toBeGreaterThan(100);
    }
    const chosen = report.segments.map(({ segment, recommended }) => [segment, recommended]);
    expect(Object.fromEntries(chosen)).toEqual({
      browse_abandoners: 'realtime',
      cart_abandoners: 'realtime',
      recent_converters: 'hourly',
    });
  });

  it('pastes references in, and knows whom a share holds out', async () => {
    const report = await advice(['retargeting', '--over', '1d']);
    const converted = BY_HAND.recent_converters![0]!;
    const hand: ByHand = {
      window: 14n * DAY,
      looks: ['product_viewed', 'order_completed'],
      holds: (shown, T) => did(shown, 'product_viewed', T, 7n * DAY) && !converted.holds(shown, T),
      among: (key) => !isHeldOut(key),
    };
    const plain = noTruth();
    for (const past of pastsOf(report, hand, [7n * DAY, 14n * DAY])) addTruth(plain, past.past);
    expect(report.segments[0]!.past).toMatchObject({
      entered: plain.entered,
      exited: plain.exited,
      members: plain.members,
      average_members: rounded(Number(plain.memberTime) / Number(DAY)),
    });
    expect(plain.entered).toBeGreaterThan(50);
  });

  it('says of the others why it cannot tell', async () => {
    const report = await advice([]);
    const reasons = report.segments
      .filter(({ advised }) => !advised)
      .map(({ segment, reasons: own }) => [segment, own!.map(({ code }) => code)]);
    expect(Object.fromEntries(reasons)).toEqual({
      gold_tier: ['trait'],
      high_value_churn_risk: ['trait', 'trait', 'not_append_only', 'not_append_only'],
      renewals_at_risk: ['not_append_only'],
    });
    const holdout = report.segments.find(({ segment }) => segment === 'holdout')!;
    expect(holdout).toMatchObject({ recommended: 'daily', why: 'nobody would be wrong at any tier' });
  });

  it('replays a sample, always the same, and scales up', async () => {
    const args = ['recent_converters', '--over', '2d', '--sample', '4000'];
    const now = (await advice(args)).now;
    const [one, other] = [await advice([...args, '--now', now]), await advice([...args, '--now', now])];
    expect(one).toEqual(other);
    const whole = await advice(['recent_converters', '--over', '2d', '--now', now]);
    const [part, all] = [one.segments[0]!.past!, whole.segments[0]!.past!];
    expect(all).toMatchObject({ keys: 10_000, sampled: 10_000 });
    expect(part.keys).toBe(10_000);
    expect(part.sampled).toBeLessThanOrEqual(4000);
    expect(part.sampled).toBeGreaterThan(3990);
    expect(Math.abs(part.average_members / all.average_members - 1)).toBeLessThan(0.15);
    const text = await shop.segsync(['advise', ...args]);
    expect(text.stdout).toContain(`scaled up from ${part.sampled.toLocaleString('en')} of 10,000 keys`);
  });

  it('prints a table, a bar for each tier and its advice', async () => {
    const { stdout, stderr, exit } = await shop.segsync(['advise', 'recent_converters', 'gold_tier']);
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/^tier +every +wrong +in late +out late +sent +busy +work$/m);
    expect(stdout).toMatch(/^daily +24h +\d[\d.]*% {2}[█▏▎▍▌▋▊▉]+ /m);
    expect(stdout).toMatch(
      /^Advice: hourly instead of realtime\. Wrong for 0\.\d+% of members’ time; daily:/m,
    );
    expect(stdout).toMatch(/^not advised {2}gold_tier: it asks for the trait loyalty_points/m);
  });

  it('allows more or less by --max-wrong', async () => {
    const recommended = async (share: string): Promise<string | undefined> =>
      (await advice(['recent_converters', '--over', '2d', '--max-wrong', share])).segments[0]!.recommended;
    expect(await recommended('0.1%')).toBe('frequent');
    expect(await recommended('60%')).toBe('daily');
    const { segments } = await advice(['cart_abandoners', '--over', '1d', '--max-wrong', '0%']);
    expect(segments[0]).toMatchObject({ recommended: 'realtime' });
    expect(segments[0]!.why).toContain('but no tier is faster');
  });

  it('changes nothing', async () => {
    const before = await shop.query('SELECT count(*) AS n FROM duckdb_tables()');
    await advice(['cart_abandoners']);
    expect(await shop.query('SELECT count(*) AS n FROM duckdb_tables()')).toEqual(before);
  });
});

describe('on PostgreSQL', () => {
  it('works with a role that may only read, and has the planner’s cost', async () => {
    const opened = await engines.find(({ name }) => name === 'postgres')!.open();
    try {
      for (const sql of TRIPS) await opened.session.execute(sql);
      await using folder = await folderOf({
        'segsync.yaml': TRIPS_YAML,
        'segments/lately.yaml': 'entity: person\ntier: hourly\nwhere: { did: trips, within: 30m }\n',
      });
      const args = ['advise', '--json', '--over', '6h', '--now', '2020-03-02T18:00:00Z'];
      const { url } = await opened.readOnlyTarget();
      const { stdout, stderr, exit } = await segsync(folder.path, args, { SHOP_URL: String(url) });
      expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
      const report = OUTPUTS.advise!.schema.parse(JSON.parse(stdout)) as AdviceReport;
      const { past, tiers, recommended } = report.segments[0]!;
      expect(past).toMatchObject({ keys: 100, sampled: 100, entered: 50, exited: 50, members: 0 });
      const [from, to] = [micros(report.from), micros(report.now)];
      const slots = Array.from({ length: 6 * 12 }, (_, n) => from + BigInt(n + 1) * 5n * MINUTE);
      const figures = noFigures();
      for (let i = 1n; i <= 50n; i += 1n) {
        const shown = from + i * MINUTE + 9_500_000n;
        const gone = from + (i + 30n) * MINUTE + 7_000_000n;
        const past = { from, to, holds: (T: bigint) => shown <= T && T < gone, instants: [shown, gone] };
        addTicks(figures, past, slots);
      }
      const frequent = tiers!.find(({ tier }) => tier === 'frequent')!;
      expect(frequent).toMatchObject({
        ...{ add: 50, remove: 50, unseen: 0, ticks: 72 },
        missing_ms: Number(figures.missing) / 1000,
        lingering_ms: Number(figures.lingering) / 1000,
        cost: { unit: 'planner cost' },
      });
      expect(frequent.cost!.amount).toBeGreaterThan(0);
      expect(recommended).toBe('realtime');
    } finally {
      await opened.drop();
    }
  });
});

const TRIPS = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.people AS SELECT i AS person_id FROM generate_series(1, 100) AS i',
  `CREATE TABLE shop.trips AS
   SELECT i AS person_id, timestamptz '2020-03-02 12:00:07Z' + i * interval '1 minute' AS at,
     timestamptz '2020-03-02 12:00:09.5Z' + i * interval '1 minute' AS shown_at
   FROM generate_series(1, 50) AS i
   UNION ALL SELECT 51, timestamptz '2020-03-01 12:00Z', timestamptz '2020-03-01 12:00Z'`,
];
const TRIPS_YAML = `version: 1
project: trips
targets:
  dev: { type: postgres, url: "\${env:SHOP_URL}" }
entities:
  person:
    table: shop.people
    key: person_id
    sources:
      trips: { table: shop.trips, key: person_id, time: at, cursor: shown_at, append_only: true }
`;

describe('elsewhere', () => {
  it('needs no state and leaves no file', async () => {
    await using folder = await folderOf(SHOP);
    const { stdout, exit } = await segsync(folder.path, ['advise', 'buyers', '--json']);
    expect(exit).toBe(0);
    const report = OUTPUTS.advise!.schema.parse(JSON.parse(stdout)) as AdviceReport;
    // All orders are old: the thirty buyers stay what they are.
    expect(report.segments[0]).toMatchObject({
      advised: true,
      past: { keys: 1200, members: 30, entered: 0, exited: 0 },
      recommended: 'daily',
    });
    expect(readdirSync(folder.path)).not.toContain('data.duckdb');
  });

  it('tells of empty tables that nothing happened', async () => {
    const sql = SHOP['shop.sql']!.replaceAll('from range', 'from range(0) x, range');
    await using folder = await folderOf({ ...SHOP, 'shop.sql': sql });
    const { stdout, exit } = await segsync(folder.path, ['advise', '--json']);
    expect(exit).toBe(0);
    const report = OUTPUTS.advise!.schema.parse(JSON.parse(stdout)) as AdviceReport;
    const buyers = report.segments.find(({ segment }) => segment === 'buyers')!;
    expect(buyers.past).toMatchObject({ keys: 0, sampled: 0, members: 0, average_members: 0 });
    expect(buyers.tiers!.every((tier) => tier.wrong_share === undefined)).toBe(true);
    const text = await segsync(folder.path, ['advise', 'buyers']);
    expect(text.stdout).toContain('buyers: 0 members on average, 0 entered, 0 left');
  });

  it('knows a cursor that tells no instant', async () => {
    const yaml = SHOP['segsync.yaml']!.replace('cursor: ordered_at', 'cursor: amount');
    await using folder = await folderOf({ ...SHOP, 'segsync.yaml': yaml });
    const { stdout, exit } = await segsync(folder.path, ['advise', 'buyers', '--json']);
    expect(exit).toBe(0);
    const [segment] = (JSON.parse(stdout) as AdviceReport).segments;
    expect(segment).toMatchObject({ advised: false, reasons: [{ code: 'cursor_is_no_time' }] });
  });

  it('goes on where one segment fails, and exits with 1', async () => {
    const yaml = SHOP['segsync.yaml']!.replace('shop.orders', 'shop.oders');
    const segment = 'entity: customer\nwhere:\n  share: { of: x, below: 10% }\n';
    await using folder = await folderOf({ ...SHOP, 'segsync.yaml': yaml, 'segments/tenth.yaml': segment });
    const { stdout, exit } = await segsync(folder.path, ['advise', 'buyers', 'tenth', '--json']);
    expect(exit).toBe(1);
    const [buyers, tenth] = (JSON.parse(stdout) as AdviceReport).segments;
    expect(buyers).toMatchObject({ advised: false, error: { code: 'E301' } });
    expect(tenth).toMatchObject({ advised: true, recommended: 'daily' });
    const text = await segsync(folder.path, ['advise', 'buyers']);
    expect(text.stdout).toContain('failed       buyers: E301');
  });

  it.each([
    [['--over', 'week'], 'E604', '`--over` takes a duration such as 7d'],
    [['--over', '0s'], 'E604', '`--over`'],
    [['--over', '500d'], 'E604', '`--over`'],
    [['--sample', 'all'], 'E604', '`--sample` takes a whole number of keys'],
    [['--max-wrong', '5'], 'E604', '`--max-wrong` takes a share'],
    [['--max-wrong', '101%'], 'E604', '`--max-wrong` takes a share'],
    [['--now', 'soon'], 'E604', '`--now` takes an instant'],
    [['--now', '2099-01-01'], 'E650', 'lies after the warehouse’s clock'],
    [['buyer'], 'E607', 'did you mean `buyers`?'],
  ])('refuses %j', async (args, code, says) => {
    await using folder = await folderOf(SHOP);
    const { stdout, stderr, exit } = await segsync(folder.path, ['advise', ...args]);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 64 });
    expect(stderr).toContain(code);
    expect(stderr).toContain(says);
  });
});

async function advice(args: readonly string[]): Promise<AdviceReport> {
  const { stdout, stderr, exit } = await shop.segsync(['advise', '--json', ...args]);
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  return OUTPUTS.advise!.schema.parse(JSON.parse(stdout)) as AdviceReport;
}

function expectByHand(report: AdviceReport, segment: SegmentAdvice, tiers: readonly string[]): void {
  const [hand] = BY_HAND[segment.segment]!;
  const [from, to] = [micros(report.from), micros(report.now)];
  const pasts = pastsOf(report, hand!, [hand!.window]);
  const truth = noTruth();
  for (const { past } of pasts) addTruth(truth, past);
  const { entered, exited, members, memberTime } = truth;
  expect(segment.past).toEqual({
    ...{ keys: 10_000, sampled: 10_000, entered, exited, members },
    average_members: rounded(Number(memberTime) / Number(to - from)),
  });
  for (const name of tiers) {
    const tier = segment.tiers!.find((each) => each.tier === name)!;
    const slots = slotsByHand(name, from, to);
    const figures = noFigures();
    for (const { past } of pasts) addTicks(figures, past, slots);
    const wrong = figures.missing + figures.lingering;
    const { cost, ...own } = tier;
    expect(own, `${segment.segment} ${name}`).toEqual({
      tier: name,
      every_ms: EVERY[name]! / 1000,
      ...(memberTime > 0n
        ? { wrong_share: Number((Number(wrong) / Number(memberTime)).toPrecision(6)) }
        : {}),
      wrong_members: figures.wrongKeys,
      missing_ms: Math.round(Number(figures.missing) / 1000),
      lingering_ms: Math.round(Number(figures.lingering) / 1000),
      late_enters: lateness(figures.enterLate, figures.longestEnter, figures.add),
      late_exits: lateness(figures.exitLate, figures.longestExit, figures.remove),
      unseen: figures.unseen,
      add: figures.add,
      remove: figures.remove,
      ticks: slots.length,
      busy_ticks: figures.busy.size,
      affected: figures.affected,
    } satisfies TierAdvice);
    expect(cost!.amount > 0).toBe(slots.length > 0);
  }
}

/** Of each customer that did something it looks at: where it can have changed, and where a tick looks. */
function pastsOf(report: AdviceReport, hand: ByHand, windows: readonly bigint[]): { past: Past }[] {
  const [from, to] = [micros(report.from), micros(report.now)];
  return [...events].flatMap(([key, all]) => {
    const own = all.filter(({ name }) => hand.looks.includes(name));
    const near = own.filter(({ occurred }) => occurred > from - hand.window && occurred <= to);
    if (near.length === 0 || hand.among?.(key) === false) return [];
    const holds = (T: bigint): boolean =>
      hand.holds(
        near.filter(({ ingested }) => ingested <= T),
        T,
      );
    const looked = own.flatMap(({ occurred, ingested }) => [
      ingested,
      ...[occurred, ...windows.map((window) => occurred + window)].filter((at) => at >= ingested),
    ]);
    const within = looked.filter((at) => at > from && at <= to);
    return [{ past: { from, to, holds, instants: within, looked: within } }];
  });
}

const EVERY: Readonly<Record<string, number>> = {
  realtime: 2_000_000,
  frequent: 300_000_000,
  hourly: 3_600_000_000,
  daily: 86_400_000_000,
};

/** Midnight in Berlin, in whose time the shop's days begin, lies on a whole hour of UTC; the daily slot is at six there. */
function slotsByHand(tier: string, from: bigint, to: bigint): bigint[] {
  const every = BigInt(EVERY[tier]!);
  const slots: bigint[] = [];
  if (tier !== 'daily') {
    for (let at = from - (from % every) + every; at <= to; at += every) slots.push(at);
    return slots;
  }
  for (let at = from - (from % HOUR); at <= to; at += HOUR) {
    const hour = new Date(Number(at / 1000n)).toLocaleTimeString('en-GB', {
      timeZone: 'Europe/Berlin',
      hour: '2-digit',
      minute: '2-digit',
    });
    if (at > from && hour === '06:00') slots.push(at);
  }
  return slots;
}

function lateness(total: bigint, longest: bigint, count: number): TierAdvice['late_enters'] {
  const mean = count === 0 ? 0 : Number(total) / count / 1000;
  return { mean_ms: rounded(mean), longest_ms: rounded(Number(longest) / 1000) };
}

function rounded(n: number): number {
  return Math.round(n * 1000) / 1000;
}

function micros(instant: string): bigint {
  return BigInt(Date.parse(`${instant.slice(0, 19)}Z`)) * 1000n + BigInt(instant.slice(20, 26));
}
