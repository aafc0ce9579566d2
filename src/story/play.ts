/** Plays a story on a database in memory: each step is one tick, and is compared with everyone evaluated anew. */
import type { Project } from '../config/project.ts';
import { prepareSegment } from '../evaluate/prepared.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Session } from '../warehouse/warehouse.ts';
import { cellText, type MadeTable, tablesOf } from './make.ts';
import type { Difference, Failure, GivenRow, Story, StoryStep, Write } from './story.ts';

/** What a story is played on. */
export interface Theatre {
  readonly project: Project;
  readonly session: Session;
  readonly dialect: Dialect;
  /** One tick of these segments, its state kept in `schema`; resolves to what went wrong. */
  tick(
    schema: string,
    segments: ReadonlySet<string>,
    at: Instant,
    full: boolean,
  ): Promise<string | undefined>;
  members(schema: string, segment: string): Promise<readonly string[]>;
}

/** The state of the story's own ticks, and that of the full evaluations they are compared with. */
const [TICKED, WHOLE] = ['segsync_ticked', 'segsync_whole'];

/** Resolves to the first step that fails. */
export async function playStory(theatre: Theatre, story: Story): Promise<Failure | undefined> {
  const tables = tablesOf(theatre.project, story, theatre.dialect);
  await makeTables(theatre, tables);
  let before: readonly string[] = [];
  for (const step of story.steps) {
    for (const write of step.writes) await apply(theatre, tables.get(write.table)!, write, step.at);
    const found = await playStep(theatre, story, step, before);
    if ('place' in found) return found;
    before = found.members;
  }
  return undefined;
}

async function playStep(
  theatre: Theatre,
  { segment }: Story,
  step: StoryStep,
  before: readonly string[],
): Promise<Failure | { readonly members: readonly string[] }> {
  const { place, at } = step;
  const { stored } = prepareSegment(theatre.project, theatre.project.segments.get(segment)!);
  for (const [schema, full] of [
    [TICKED, false],
    [WHOLE, true],
  ] as const) {
    const broken = stored.length > 0 ? await theatre.tick(schema!, new Set(stored), at, full) : undefined;
    const error = broken ?? (await theatre.tick(schema!, new Set([segment]), at, full));
    if (error !== undefined) return { place, differences: [], error };
  }
  const members = await theatre.members(TICKED!, segment);
  const whole = await theatre.members(WHOLE!, segment);
  const differences = [
    ...differencesOf(step, before, members),
    ...difference('the tick against everyone evaluated anew', whole, members),
  ];
  return differences.length > 0 ? { place, differences } : { members };
}

function differencesOf(step: StoryStep, before: readonly string[], now: readonly string[]): Difference[] {
  const entered = now.filter((key) => !before.includes(key));
  const exited = before.filter((key) => !now.includes(key));
  return [...step.expect].flatMap(([what, keys]): Difference[] => {
    switch (what) {
      case 'members':
        return difference(what, keys, now);
      case 'enter':
        return difference(what, keys, entered);
      case 'exit':
        return difference(what, keys, exited);
      case 'in':
        return difference(
          what,
          keys,
          now.filter((key) => keys.includes(key)),
        );
      default:
        return difference(
          what,
          [],
          now.filter((key) => keys.includes(key)),
        );
    }
  });
}

function difference(what: string, expected: readonly string[], found: readonly string[]): Difference[] {
  const missing = expected.filter((key) => !found.includes(key));
  const extra = found.filter((key) => !expected.includes(key));
  return missing.length + extra.length > 0 ? [{ what, missing, extra }] : [];
}

async function makeTables(
  { session, dialect }: Theatre,
  tables: ReadonlyMap<string, MadeTable>,
): Promise<void> {
  const made = new Map([...tables.values()].map((table) => [table.name, table]));
  for (const { name, schema, columns } of made.values()) {
    if (schema) await session.execute(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    const list = [...columns].map(([column, type]) => {
      const native = type === 'other' ? 'text' : type;
      return `${dialect.quote(column)} ${dialect.types[native]}`;
    });
    await session.execute(`CREATE TABLE ${name} (${list.join(', ')})`);
  }
}

async function apply(theatre: Theatre, table: MadeTable, write: Write, at: Instant): Promise<void> {
  const { session, dialect } = theatre;
  if (write.kind === 'insert') {
    const row = dated(table, write.row, at);
    return session.writeRows(table.name, [...row.keys()], [[...row.values()]]);
  }
  const where = pairs(dialect, table, texts(write.where), ' IS NOT DISTINCT FROM ').join(' AND ') || 'TRUE';
  if (write.kind === 'delete')
    return void (await session.execute(`DELETE FROM ${table.name} WHERE ${where}`));
  const set = pairs(dialect, table, dated(table, write.set, at), ' = ').join(', ');
  await session.execute(`UPDATE ${table.name} SET ${set} WHERE ${where}`);
}

function pairs(
  dialect: Dialect,
  table: MadeTable,
  row: ReadonlyMap<string, string | null>,
  by: string,
): string[] {
  return [...row].map(([column, text]) => {
    const type = table.columns.get(column)!;
    const value = text === null ? 'NULL' : dialect.literal({ type: 'text', text });
    return `${dialect.quote(column)}${by}CAST(${value} AS ${dialect.types[type === 'other' ? 'text' : type]})`;
  });
}

/** A row that does not say when it was written was written at the step's instant. */
function dated(table: MadeTable, row: GivenRow, at: Instant): Map<string, string | null> {
  const found = texts(row);
  if (table.cursor && !found.has(table.cursor)) found.set(table.cursor, formatInstant(at));
  return found;
}

function texts(row: GivenRow): Map<string, string | null> {
  return new Map([...row].map(([column, cell]) => [column, cellText(cell)]));
}
