/**
 * Who is in a segment, the slow way: every key, every row, one after the other. Written from the design alone,
 * without a look at the compiler, so that the two can be held against each other.
 */
import { createHash } from 'node:crypto';
import type {
  Table as Declared,
  Entity,
  Project,
  Source,
  Sync,
  TraitTable,
} from '../../src/config/project.ts';
import type { Instant } from '../../src/instant.ts';
import type { Condition, Measured, Value as Side } from '../../src/segment/condition.ts';
import { holds, type KeyRows, measured, timesOf } from './measure.ts';
import { compareRational, rational } from './rational.ts';
import { type Step, sequenceHolds } from './sequence.ts';
import { queriedKeys, sqlHolds } from './spoken-sql.ts';
import { entityKeys, keyText, type Row, type Table, type Tables, tableOf } from './tables.ts';
import { multiplied, ordered, passes, type Value, worth } from './value.ts';

/** Rows by key, of each table that was read: by the column that holds the key. */
const indexes = new WeakMap<Table, Map<string, Map<string, Row[]>>>();

/** Two rows for one key where there may be one. */
export class DuplicateKeys extends Error {}

interface Reader {
  readonly project: Project;
  readonly tables: Tables;
  readonly entity: Entity;
  readonly now: Instant;
  readonly settled: Settled;
}

/** Verdicts of `query:` segments at their last ticks; one that is not in it is asked for now. */
export type Settled = ReadonlyMap<string, ReadonlySet<string>>;

/** Keys (as text) for which the segment holds at `now`; only those `among` some. Throws `DuplicateKeys`. */
export function members(
  project: Project,
  tables: Tables,
  segment: string,
  now: Instant,
  { settled = new Map(), among }: { settled?: Settled; among?: ReadonlySet<string> } = {},
): Set<string> {
  const { entity, where } = project.segments.get(segment)!;
  const reader = readerOf(project, tables, entity, now, settled);
  const keys = entityKeys(project, tables, entity).filter((key) => !among || among.has(key));
  return new Set(keys.filter((key) => conditionHolds(where, key, reader)));
}

/**
 * Keys that should be in a sync's audience: members whose consent is given and, where the destination needs one,
 * with an identifier to match by.
 */
export function audience(
  project: Project,
  tables: Tables,
  sync: Sync,
  now: Instant,
  options: { needsIdentifier: boolean; settled?: Settled; members?: ReadonlySet<string> },
): Set<string> {
  const entity = project.segments.get(sync.segment)!.entity;
  const reader = readerOf(project, tables, entity, now);
  const reachable = (key: string): boolean =>
    !options.needsIdentifier ||
    sync.match.some((name) => traitOf(identifierTrait(name, reader), key, reader));
  const consents = (key: string): boolean =>
    !sync.consent ||
    holds(traitOf(sync.consent.trait, key, reader), sync.consent.test, now, project.timezone);
  return new Set(
    [...(options.members ?? members(project, tables, sync.segment, now, options))].filter(
      (key) => consents(key) && reachable(key),
    ),
  );
}

/** Reads a trait's value of a key, null when unknown, over one state of the tables. */
export function traitReader(
  project: Project,
  tables: Tables,
  entity: string,
): (name: string, key: string) => Value | null {
  const reader = readerOf(project, tables, entity, 0n);
  return (name, key) => traitOf(name, key, reader);
}

function readerOf(
  project: Project,
  tables: Tables,
  entity: string,
  now: Instant,
  settled: Settled = new Map(),
): Reader {
  return { project, tables, entity: project.entities.get(entity)!, now, settled };
}

function identifierTrait(name: string, { entity }: Reader): string {
  return entity.identifiers.get(name)!.trait;
}

function conditionHolds(condition: Condition, key: string, reader: Reader): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => conditionHolds(part, key, reader));
    case 'any':
      return condition.of.some((part) => conditionHolds(part, key, reader));
    case 'not':
      return !conditionHolds(condition.of, key, reader);
    case 'segment':
      return referenceHolds(condition.segment, key, reader);
    case 'share':
      return inShare(condition.name, condition.percent, key);
    case 'trait':
      return holds(
        traitOf(condition.trait, key, reader),
        condition.test,
        reader.now,
        reader.project.timezone,
      );
    case 'rows':
      return passes(measureOf(condition, key, reader), condition.test, reader.project.timezone);
    case 'compare':
      return ordered(
        sideOf(condition.left, key, reader),
        condition.op,
        multiplied(sideOf(condition.right, key, reader), condition.times),
      );
    case 'sequence':
      return sequenceHolds(stepsOf(condition, key, reader), reader.now);
    case 'sql':
      return sqlHolds(condition.sql, ownRow(key, reader)!, reader.now, reader.tables);
    case 'query':
      return queriedKeys(condition.sql, reader.tables).has(key);
  }
}

/** A reference is the text pasted in; that of a `query:` segment stands as of its own last tick. */
function referenceHolds(name: string, key: string, reader: Reader): boolean {
  const { where } = reader.project.segments.get(name)!;
  const settled = where.kind === 'query' ? reader.settled.get(name) : undefined;
  return settled ? settled.has(key) : conditionHolds(where, key, reader);
}

function sideOf(side: Side, key: string, reader: Reader): Value | null {
  return side.kind === 'trait' ? traitOf(side.trait, key, reader) : measureOf(side.measured, key, reader);
}

function measureOf(question: Measured, key: string, reader: Reader): Value | null {
  return measured(question, keyRows(question.source, key, reader));
}

function stepsOf(
  { steps, window }: Extract<Condition, { kind: 'sequence' }>,
  key: string,
  reader: Reader,
): Step[] {
  return steps.map((step) => {
    const selection = window ? { ...step, window } : step;
    return { ...step, times: timesOf(selection, keyRows(step.source, key, reader)) };
  });
}

function keyRows(name: string, key: string, reader: Reader): KeyRows {
  const source = sourceOf(name, reader.entity);
  const table = tableOf(reader.tables, source.relation);
  return {
    project: reader.project,
    source,
    table,
    rows: sourceRows(source, key, reader),
    now: reader.now,
  };
}

/** A row a second hop away is a key's once, however many rows of the join table say so. */
function sourceRows(source: Source, key: string, reader: Reader): readonly Row[] {
  const { through } = source;
  if (!through) return rowsOf(source, key, reader);
  const linked = rowsOf(through, key, reader).map((row) => row[through.sourceKey]!);
  const keys = new Set(linked.filter((each) => each !== null).map(keyText));
  return [...keys].flatMap((each) => rowsOf(source, each, reader));
}

/** The published hash: 28 bits of MD5 of `NAME:KEY`. */
function inShare(name: string, percent: string, key: string): boolean {
  const bucket = Number.parseInt(createHash('md5').update(`${name}:${key}`).digest('hex').slice(0, 7), 16);
  const limit = rational(percent);
  return (
    compareRational(rational(String(bucket)), {
      numerator: limit.numerator * 268_435_456n,
      denominator: limit.denominator * 100n,
    }) < 0
  );
}

/** A source by its own name, or by a value of a `split:` column, with the source's name before it where there are two. */
function sourceOf(name: string, entity: Entity): Source {
  const declared = entity.sources.get(name) ?? entity.sources.get(name.split('.')[0]!);
  if (declared) return declared;
  const split = [...entity.sources.values()].find((source) => source.split !== undefined);
  if (!split) throw new Error(`no source ${name}`);
  return split;
}

function traitOf(name: string, key: string, reader: Reader): Value | null {
  const declared: TraitTable | undefined = reader.entity.traits.get(name);
  const owner: Declared = declared ?? reader.entity;
  const table = tableOf(reader.tables, owner.relation);
  const column = declared?.column ?? name;
  const type = table.columns[column];
  if (!type) throw new Error(`no column ${column}`);
  const row = oneRow(rowsOf(owner, key, reader), owner);
  return worth(row?.[column], type, {
    project: reader.project.timezone,
    table: owner.timezone ?? 'UTC',
  });
}

function ownRow(key: string, reader: Reader): Row | undefined {
  return oneRow(rowsOf(reader.entity, key, reader), reader.entity);
}

function oneRow(rows: readonly Row[], owner: Declared): Row | undefined {
  if (rows.length < 2) return rows[0];
  if (owner.duplicates !== 'latest') throw new DuplicateKeys('two rows for one key');
  const cursor = owner.cursor!.column;
  return rows.reduce((newest, row) =>
    BigInt(row[cursor] as string) > BigInt(newest[cursor] as string) ? row : newest,
  );
}

function rowsOf(owner: Pick<Declared, 'relation' | 'key'>, key: string, reader: Reader): readonly Row[] {
  const table = tableOf(reader.tables, owner.relation);
  const byColumn = indexes.get(table) ?? new Map<string, Map<string, Row[]>>();
  indexes.set(table, byColumn);
  const byKey = byColumn.get(owner.key) ?? groupByKey(table.rows, owner.key);
  byColumn.set(owner.key, byKey);
  return byKey.get(key) ?? [];
}

function groupByKey(rows: readonly Row[], column: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = row[column]!;
    if (key === null) continue;
    const group = groups.get(keyText(key));
    if (group) group.push(row);
    else groups.set(keyText(key), [row]);
  }
  return groups;
}
