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
import type { Condition } from '../../src/segment/condition.ts';
import { holds, rowsHold } from './measure.ts';
import { compareRational, rational } from './rational.ts';
import { entityKeys, keyText, type Row, type Tables, tableOf } from './tables.ts';
import { type Value, worth } from './value.ts';

/** Two rows for one key where there may be one. */
export class DuplicateKeys extends Error {}

interface Reader {
  readonly project: Project;
  readonly tables: Tables;
  readonly entity: Entity;
  readonly now: Instant;
  /** Rows of a table by key: the table's name and key column first. */
  readonly byKey: Map<string, Map<string, Row[]>>;
}

/** Keys (as text) for which the segment holds at `now`. Throws `DuplicateKeys`. */
export function members(project: Project, tables: Tables, segment: string, now: Instant): Set<string> {
  const { entity, where } = project.segments.get(segment)!;
  const reader = readerOf(project, tables, entity, now);
  const keys = entityKeys(project, tables, entity);
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
  options: { needsIdentifier: boolean },
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
    [...members(project, tables, sync.segment, now)].filter((key) => consents(key) && reachable(key)),
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

function readerOf(project: Project, tables: Tables, entity: string, now: Instant): Reader {
  return { project, tables, entity: project.entities.get(entity)!, now, byKey: new Map() };
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
      return conditionHolds(reader.project.segments.get(condition.segment)!.where, key, reader);
    case 'share':
      return inShare(condition.name, condition.percent, key);
    case 'trait':
      return holds(
        traitOf(condition.trait, key, reader),
        condition.test,
        reader.now,
        reader.project.timezone,
      );
    case 'rows': {
      const source = sourceOf(condition.source, reader.entity);
      const table = tableOf(reader.tables, source.relation);
      const rows = rowsOf(source, key, reader);
      return rowsHold(condition, { project: reader.project, source, table, rows, now: reader.now });
    }
  }
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

/** A source by its own name, or by a value of a `split:` column. */
function sourceOf(name: string, entity: Entity): Source {
  const declared = entity.sources.get(name);
  if (declared && declared.split === undefined) return declared;
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

function oneRow(rows: readonly Row[], owner: Declared): Row | undefined {
  if (rows.length < 2) return rows[0];
  if (owner.duplicates !== 'latest') throw new DuplicateKeys('two rows for one key');
  const cursor = owner.cursor!.column;
  return rows.reduce((newest, row) =>
    BigInt(row[cursor] as string) > BigInt(newest[cursor] as string) ? row : newest,
  );
}

function rowsOf(owner: Declared, key: string, reader: Reader): readonly Row[] {
  const name = JSON.stringify([owner.relation, owner.key]);
  let index = reader.byKey.get(name);
  if (!index) {
    index = groupByKey(tableOf(reader.tables, owner.relation).rows, owner.key);
    reader.byKey.set(name, index);
  }
  return index.get(key) ?? [];
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
