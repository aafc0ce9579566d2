/** The past that `advise` replays, over random histories and conditions, against looking at every instant by itself. */
import { afterAll, describe, expect, it } from 'vitest';
import type { Entity, Project, Source } from '../../src/config/project.ts';
import { prepareSegment } from '../../src/evaluate/prepared.ts';
import { changesOf, type Moment } from '../../src/evaluate/tier-replay.ts';
import { addDays, DAY, dayOf, type Instant, startOfDay } from '../../src/instant.ts';
import { replay } from '../../src/run/advise/replay.ts';
import { readTables } from '../../src/run/open.ts';
import type { Condition } from '../../src/segment/condition.ts';
import { unknownPast } from '../../src/segment/past.ts';
import { rowsOf } from '../../src/segment/reads.ts';
import type { Session, Warehouse } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import { randomCondition, type Wanted } from '../brute-force/conditions.ts';
import { Dice } from '../brute-force/dice.ts';
import { members } from '../brute-force/evaluate.ts';
import { groundOf } from '../brute-force/ground.ts';
import type { Play } from '../brute-force/play.ts';
import { randomPlay, segmentOf } from '../brute-force/random-play.ts';
import { CURSORS } from '../brute-force/rows.ts';
import { type EntityName, KEYS, type Shop, type TableName } from '../brute-force/shop.ts';
import { projectOf, Stage } from '../brute-force/stage.ts';
import { tableStatements, writeStatements } from '../brute-force/statements.ts';
import { entityKeys, keyText, type Row, type Tables } from '../brute-force/tables.ts';
import { worth } from '../brute-force/value.ts';
import { engines } from '../engines.ts';

const SIZE = { segments: 1, syncs: 0, ticks: 8, active: 10, quiet: 2 };
const SEGMENTS = 14;
const ROWS: readonly TableName[] = ['events', 'visits', 'refunds', 'tickets'];

let [compared, changed] = [0, 0];

for (const engine of engines) {
  describe(engine.name, () => {
    const seeds = engine.name === 'duckdb' ? [1, 2, 3, 4, 5] : [1, 7];
    it.each(seeds)(
      'history %i',
      async (seed) => {
        const case_ = caseOf(seed);
        const opened = await engine.open();
        try {
          await fill(opened.session, case_.play);
          // Every second history is read by a role that may make no temporary table.
          const session = seed % 2 === 0 ? opened.session : await readOnly(opened, engine.warehouse);
          for (const name of case_.project.segments.keys()) {
            const found = await changesFound(session, engine.warehouse, case_, name);
            const expected = changesByHand(case_, name);
            expect(found, `${name}: ${shown(case_.project.segments.get(name)!.where)}`).toEqual(expected);
            compared += 1;
            changed += expected.filter((each) => each.includes(' ')).length;
          }
          if (session !== opened.session) await session.close();
        } finally {
          await opened.drop();
        }
      },
      240_000,
    );
  });
}

afterAll(() => {
  // Nothing would be shown by pasts in which nothing happens.
  expect(compared).toBeGreaterThan(50);
  expect(changed).toBeGreaterThan(compared);
});

interface Case {
  readonly play: Play;
  readonly project: Project;
  readonly tables: Tables;
  readonly from: Instant;
  readonly to: Instant;
}

function caseOf(seed: number): Case {
  const drawn = randomPlay(seed, SIZE);
  const dice = new Dice(seed + 1000);
  const shop = additive(drawn.shop);
  const stage = new Stage({ shop });
  for (const step of drawn.steps) stage.apply(step.writes);
  const to = drawn.steps.at(-1)!.now;
  // Now and then so long that edges of the calendar are looked for piece by piece.
  const from = drawn.steps[0]!.now - (seed % 3 === 0 ? 45n * DAY : dice.microseconds(0n, 3n * DAY));
  const segments: Play['segments'] = new Map(
    Array.from({ length: SEGMENTS }, (_, index) => {
      const entity: EntityName = index % 4 === 3 ? 'account' : 'customer';
      const segment = segmentOf(`s${index}`, knowable(dice, shop, entity, { from, to }, index), entity);
      return [segment.name, segment];
    }),
  );
  const play = { ...drawn, shop, segments, syncs: new Map() };
  return { play, project: projectOf(play), tables: stage.tables, from, to };
}

/** Sources whose rows are never changed. */
function additive(shop: Shop): Shop {
  const promised = <E extends Entity>(entity: E): E => ({
    ...entity,
    sources: new Map(
      [...entity.sources].map(([name, source]): [string, Source] => [name, { ...source, appendOnly: true }]),
    ),
  });
  const { customer, account } = shop.entities;
  return { ...shop, entities: { customer: promised(customer), account: promised(account) } };
}

const PROGRAMME: readonly (Wanted | undefined)[] = [
  'sequence',
  'calendar',
  undefined,
  'compare',
  'sequence',
  'outermost',
];

/** A random condition whose past can be told. */
function knowable(
  dice: Dice,
  shop: Shop,
  entity: EntityName,
  span: { from: Instant; to: Instant },
  index: number,
): Condition {
  const second = 1_000_000n;
  const durations = [5n, 90n, 600n, 3600n, 7200n, 36_000n, 86_400n, 172_800n].map((each) => each * second);
  const middle = (span.from + span.to) / 2n;
  const setting = {
    dice,
    ground: groundOf(shop, entity),
    timezone: shop.timezone,
    durations,
    middle,
    segments: [],
  };
  for (;;) {
    const where = randomCondition(setting, dice.between(0, 2), PROGRAMME[index % PROGRAMME.length]);
    const project = projectOf({
      shop,
      segments: new Map([['s', segmentOf('s', where, entity)]]),
      syncs: new Map(),
    });
    const { verdict, entity: resolved } = prepareSegment(project, project.segments.get('s')!);
    const rows = rowsOf(verdict);
    const isDated = rows.length > 0 && rows.every(({ source }) => source.name !== 'subscriptions');
    if (isDated && unknownPast(resolved, verdict).length === 0) return where;
  }
}

async function fill(session: Session, { shop, steps }: Play): Promise<void> {
  const stage = new Stage({ shop });
  for (const step of steps) stage.apply(step.writes);
  const writes = Object.keys(shop.columns).flatMap((table) =>
    stage.tables.get(`shop.${table}`)!.rows.map((row) => ({ table: table as TableName, row, added: true })),
  );
  for (const sql of [...tableStatements(shop), ...writeStatements(shop, writes)]) await session.execute(sql);
}

async function readOnly(
  opened: Awaited<ReturnType<(typeof engines)[number]['open']>>,
  warehouse: Warehouse,
): Promise<Session> {
  const { type, ...options } = await opened.readOnlyTarget();
  if (warehouse.capabilities.singleProcess === 'yes') await opened.session.close();
  return warehouse.connect({
    world: realWorld(),
    root: opened.folder,
    options,
    access: 'read',
    label: 'segsync test',
  });
}

/** Of each key the changes of its verdict, a line a key, sorted. */
async function changesFound(
  session: Session,
  warehouse: Warehouse,
  { project, from, to }: Case,
  name: string,
): Promise<string[]> {
  const prepared = prepareSegment(project, project.segments.get(name)!);
  const { catalog } = await readTables(session, warehouse.dialect, [prepared]);
  const found: string[] = [];
  const listener = {
    add: (moments: readonly Moment[]) => void found.push(line(moments[0]!.holds, changesOf(moments))),
  };
  const { signal } = new AbortController();
  const of = { project, warehouse, catalog, prepared, span: { from, to }, most: 1_000_000, signal };
  const keys = await session.scratch((statements) => replay(statements, of, [listener]));
  expect(keys).toBe(found.length);
  return found.sort();
}

function line(first: boolean, changes: readonly Moment[]): string {
  return [first, ...changes.map(({ at, holds }) => `${at}:${holds}`)].join(' ');
}

/** By trying every instant that any of a key's rows could have to do with. */
function changesByHand(case_: Case, name: string): string[] {
  const { project, tables, from, to } = case_;
  const segment = project.segments.get(name)!;
  const entity = segment.entity as EntityName;
  const durations = durationsIn(segment.where);
  return entityKeys(project, tables, entity)
    .map((key) => {
      const own = tablesOfKey(tables, entity, key);
      const marks = marksOf(own, case_, durations);
      const holds = (at: Instant): boolean =>
        members(project, shownBy(own, at, case_), name, at, { among: new Set([key]) }).size > 0;
      const moments = [from, ...marks].map((at) => ({ at, holds: holds(at) }));
      return line(moments[0]!.holds, changesOf(moments));
    })
    .sort((a, b) => (a < b ? -1 : 1))
    .filter(() => to >= from);
}

function tablesOfKey(tables: Tables, entity: EntityName, key: string): Tables {
  return new Map(
    [...tables].map(([name, table]) => {
      const column = KEYS[name.split('.')[1] as TableName];
      const isOther = column !== KEYS[`${entity}s`];
      const rows = isOther
        ? []
        : table.rows.filter((row) => row[column] !== null && keyText(row[column]!) === key);
      return [name, { ...table, rows }];
    }),
  );
}

/** Rows that showed by then; one without a cursor always did. */
function shownBy(tables: Tables, at: Instant, case_: Case): Tables {
  return new Map(
    [...tables].map(([name, table]) => {
      const own = name.split('.')[1] as TableName;
      if (!ROWS.includes(own)) return [name, table];
      const rows = table.rows.filter((row) => {
        const shown = instantIn(row, CURSORS[own], own, case_);
        return shown === undefined || shown <= at;
      });
      return [name, { ...table, rows }];
    }),
  );
}

/** Every time of every row, moved by every length of the condition, and every midnight. */
function marksOf(tables: Tables, case_: Case, durations: readonly bigint[]): Instant[] {
  const { from, to, project } = case_;
  const marks = new Set<Instant>();
  for (const table of ROWS) {
    const { rows, columns } = tables.get(`shop.${table}`)!;
    for (const row of rows) {
      for (const column of Object.keys(columns)) {
        const time = instantIn(row, column, table, case_);
        if (time === undefined) continue;
        for (const by of durations) for (const at of [time, time + by, time - by]) marks.add(at);
      }
    }
  }
  for (let day = dayOf(from, project.timezone); ; day = addDays(day, 1)) {
    const start = startOfDay(day, project.timezone);
    if (start > to) break;
    marks.add(start);
  }
  return [...marks].filter((at) => at > from && at <= to).sort((a, b) => (a < b ? -1 : 1));
}

function instantIn(row: Row, column: string, table: TableName, { project, play }: Case): Instant | undefined {
  const type = (play.shop.columns[table] as Record<string, never>)[column]!;
  const sources = [...project.entities.values()].flatMap((entity) => [...entity.sources.values()]);
  const source = sources.find(({ relation }) => relation.kind === 'table' && relation.parts[1] === table)!;
  const value = worth(row[column], type, { project: project.timezone, table: source.timezone ?? 'UTC' });
  return value?.kind === 'instant' ? value.instant : undefined;
}

function durationsIn(of: unknown): bigint[] {
  const found = new Set<bigint>([0n]);
  const look = (value: unknown): void => {
    if (typeof value === 'bigint') found.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  look(of);
  return [...found];
}

function shown(of: unknown): string {
  return JSON.stringify(of, (key, value) =>
    key === 'place' ? undefined : typeof value === 'bigint' ? String(value) : value,
  );
}
