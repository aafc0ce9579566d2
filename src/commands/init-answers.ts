/** What `init` is to write: from options, from questions, and for the rest what is usual. */
import { loadWarehouse, warehouseNames } from '../adapters.ts';
import { NAME } from '../config/values.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { isTimezone } from '../instant.ts';
import { sampleDestination } from '../scaffold/destination.ts';
import type { NewEntity } from '../scaffold/entity.ts';
import type { NewProject } from '../scaffold/new-project.ts';
import { firstSegments } from '../scaffold/segments.ts';
import { SHOP_ENTITY, shopSegments } from '../scaffold/shop.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { ask, type Question } from './ask.ts';
import { dbtAnswers, readDbt } from './init-dbt.ts';
import type { Invocation } from './verb.ts';

export interface InitOptions {
  yes?: boolean;
  project?: string;
  warehouse?: string;
  timezone?: string;
  table?: string;
  key?: string;
  cursor?: string;
  fromDbt?: string;
  entity?: string[];
}

/** An option's value, else the answer on a terminal, else what is usual. */
export type Chooser = (option: keyof InitOptions & string, question: Question) => Promise<string>;

/** The project that is wanted. Throws E604 for an option that cannot be meant. */
export async function answersOf(invocation: Invocation<InitOptions>, folder: string): Promise<NewProject> {
  const { world, options } = invocation;
  const choose = chooser(world, options);
  const name = await choose('project', projectQuestion(folder));
  const dbt = options.fromDbt === undefined ? undefined : await readDbt(world, options.fromDbt);
  const warehouse = await chooseWarehouse(world, choose, dbt?.adapter);
  const timezone = await choose('timezone', TIMEZONE);
  const destination = await sampleDestination(world);
  const base = { name, timezone, warehouse, destination };
  if (dbt) {
    const { entities, notes } = await dbtAnswers(dbt, options, choose);
    return {
      ...base,
      isSample: false,
      entities,
      notes,
      segments: firstSegments(entities[0]!, destination.name),
    };
  }
  if (warehouse.sample && options.table === undefined) {
    refuseWithoutTable(options);
    const segments = shopSegments(destination.name);
    return { ...base, isSample: true, entities: [SHOP_ENTITY], notes: [], segments };
  }
  const entity = await ownEntity(choose);
  return {
    ...base,
    isSample: false,
    entities: [entity],
    notes: [],
    segments: firstSegments(entity, destination.name),
  };
}

function chooser(world: World, options: InitOptions): Chooser {
  const isAsking = !options.yes && world.process.stdin.isTerminal && world.process.stderr.isTerminal;
  return async (option, question) => {
    const given = [options[option]].flat()[0];
    if (typeof given !== 'string') return isAsking ? ask(world, question) : question.byDefault;
    const expected = question.check(given);
    if (expected === undefined) return given;
    const suggestion = question.known && nearest(given, question.known);
    return fail('E604', { option: `--${option}`, value: given, expected, suggestion });
  };
}

function projectQuestion(folder: string): Question {
  const usual = folder
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return { text: 'Name of the project', byDefault: usual || 'audiences', check: checkedName };
}

function checkedName(name: string): string | undefined {
  return NAME.test(name) ? undefined : 'a name of lower-case letters, digits, `_` and `-`';
}

const TIMEZONE: Question = {
  text: 'Time zone for calendar windows',
  byDefault: 'UTC',
  check: (zone) => (isTimezone(zone) ? undefined : 'a time zone such as Europe/Berlin'),
};

async function chooseWarehouse(
  world: World,
  choose: Chooser,
  adapter: string | undefined,
): Promise<Warehouse> {
  const names = await warehouseNames(world);
  const all = await Promise.all(names.map(async (name) => (await loadWarehouse(world, name))!));
  const alone = all.find(({ sample }) => sample)!;
  const byDefault = all.find(({ name }) => name === adapter) ?? alone;
  const name = await choose('warehouse', {
    text: 'Warehouse',
    byDefault: byDefault.name,
    known: names,
    choices: all.map((each) => `${each.name.padEnd(12)}${each.title}${each.sample ? NO_SERVER : ''}`),
    check: (value) => (names.includes(value) ? undefined : `one of ${names.join(', ')}`),
  });
  return all.find((each) => each.name === name)!;
}

const NO_SERVER = ': a file, no server; it brings a small shop to try things with';

function refuseWithoutTable({ key, cursor, entity }: InitOptions): void {
  const given = Object.entries({ key, cursor, entity }).find(([, value]) => value !== undefined);
  if (given) fail('E691', { option: `--${given[0]}`, without: '--table` or `--from-dbt' });
}

/** One table of the user's own. */
async function ownEntity(choose: Chooser): Promise<NewEntity> {
  const name = await choose('entity', {
    text: 'Segments are sets of',
    byDefault: 'customer',
    check: checkedName,
  });
  const table = await choose('table', {
    text: 'Their table',
    byDefault: `shop.${name}s`,
    check: present('a table'),
  });
  const key = await choose('key', { text: 'Its key', byDefault: `${name}_id`, check: present('a column') });
  const cursor = await choose('cursor', CURSOR);
  return {
    ...{ name, table, key: { value: key }, identifiers: [], sources: [] },
    ...(cursor === '' || cursor === 'none' ? {} : { cursor: { value: cursor } }),
  };
}

const CURSOR: Question = {
  text: 'A column that grows with every change, or none',
  byDefault: 'none',
  check: () => undefined,
};

function present(what: string): (value: string) => string | undefined {
  return (value) => (value === '' ? what : undefined);
}
