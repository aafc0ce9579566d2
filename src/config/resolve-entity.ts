/** One entity of `segsync.yaml` with its traits, identifiers and sources. */
import type { Place } from '../diagnostics/diagnostic.ts';
import { check } from './check.ts';
import { parseRowCondition } from './condition.ts';
import type { Context } from './context.ts';
import { checkName } from './names.ts';
import { child, type YamlEntry, type YamlNode } from './node.ts';
import type { Cursor, Entity, Identifier, Relation, Source, Table, TraitTable } from './project.ts';
import { readRelation } from './relation.ts';
import {
  ENTITY_NOT_YET,
  entitySchema,
  identifierSchema,
  type RowsPart,
  sourceSchema,
  traitSchema,
} from './schema.ts';

/** Context for tables. */
export interface TableContext extends Context {
  /** False when the target in use cannot read files as tables. */
  readonly readsFiles: boolean;
}

/** The entity `name`; undefined after reporting what is wrong with it or any of its parts. */
export function resolveEntity(name: string, entry: YamlEntry, context: TableContext): Entity | undefined {
  const { value: node, keyPlace } = entry;
  const label = `entities.${name}`;
  const isNamed = checkName('entity', name, keyPlace, context.problems);
  const part = check(entitySchema, node, context.problems, { notYet: ENTITY_NOT_YET, label });
  const table = part && resolveTable(part, node, label, keyPlace, context);
  const traits = resolveParts(node, 'traits', label, resolveTrait, context);
  const identifiers = resolveParts(node, 'identifiers', label, resolveIdentifier, context);
  const sources = resolveParts(node, 'sources', label, resolveSource, context);
  if (!isNamed || !table || !traits || !identifiers || !sources) return undefined;
  return { ...table, name, traits, identifiers, sources };
}

type PartReader<T> = (name: string, entry: YamlEntry, label: string, context: TableContext) => T | undefined;

/** Every part under `key`; undefined when one of them is broken. */
function resolveParts<T>(
  node: YamlNode,
  key: string,
  above: string,
  read: PartReader<T>,
  context: TableContext,
): Map<string, T> | undefined {
  const parts = new Map<string, T>();
  const map = child(node, key);
  if (map?.kind !== 'map') return parts;
  for (const [name, entry] of map.entries) {
    const part = read(name, entry, `${above}.${key}.${name}`, context);
    if (part) parts.set(name, part);
  }
  return parts.size === map.entries.size ? parts : undefined;
}

function resolveTrait(
  name: string,
  { value, keyPlace }: YamlEntry,
  label: string,
  context: TableContext,
): TraitTable | undefined {
  const part = check(traitSchema, value, context.problems, { label });
  const table = part && resolveTable(part, value, label, keyPlace, context);
  return table && { ...table, name, column: part.column };
}

function resolveIdentifier(
  name: string,
  { value, keyPlace }: YamlEntry,
  label: string,
  { problems }: TableContext,
): Identifier | undefined {
  const isNamed = checkName('identifier', name, keyPlace, problems);
  const part = check(identifierSchema, value, problems, { label });
  if (!isNamed || !part) return undefined;
  const { trait, kind, default_country: defaultCountry } = part;
  return { name, trait, kind, ...(defaultCountry ? { defaultCountry } : {}), place: keyPlace };
}

function resolveSource(
  name: string,
  { value, keyPlace }: YamlEntry,
  label: string,
  context: TableContext,
): Source | undefined {
  const isNamed = checkName('source', name, keyPlace, context.problems);
  const part = check(sourceSchema, value, context.problems, { label });
  const filter = child(value, 'where');
  const where = filter && parseRowCondition(filter, context);
  const table = part && resolveTable(part, value, label, keyPlace, context);
  if (!isNamed || !table || (filter && !where)) return undefined;
  return {
    ...table,
    name,
    appendOnly: part.append_only ?? false,
    ...(part.split ? { split: part.split } : {}),
    ...(part.time ? { time: part.time } : {}),
    ...(where ? { where } : {}),
  };
}

function resolveTable(
  part: RowsPart,
  node: YamlNode,
  label: string,
  place: Place,
  context: TableContext,
): Table | undefined {
  const relation = resolveRelation(part, node, label, place, context);
  if (!relation) return undefined;
  return {
    relation,
    key: part.key,
    ...(part.cursor ? { cursor: resolveCursor(part.cursor) } : {}),
    ...(part.timezone ? { timezone: part.timezone } : {}),
    ...(part.duplicates ? { duplicates: part.duplicates } : {}),
    place: (child(node, 'table') ?? child(node, 'query'))?.place ?? place,
  };
}

function resolveRelation(
  part: RowsPart,
  node: YamlNode,
  label: string,
  place: Place,
  { problems, root, target, readsFiles }: TableContext,
): Relation | undefined {
  if (part.table !== undefined && part.query !== undefined) {
    const problem = { keys: ['table', 'query'], what: 'rows come from one of them' };
    return problems.report('E126', problem, child(node, 'query')?.place);
  }
  if (part.query !== undefined) return { kind: 'query', sql: part.query };
  if (part.table === undefined) return problems.report('E104', { key: `${label}.table` }, place);
  const relation = readRelation(part.table, root);
  const at = child(node, 'table')?.place;
  if (!relation) return problems.report('E114', { name: part.table }, at);
  if (relation.kind === 'file' && !readsFiles) {
    return problems.report('E115', { path: part.table, target }, at);
  }
  return relation;
}

function resolveCursor(cursor: NonNullable<RowsPart['cursor']>): Cursor {
  if (typeof cursor === 'string') return { column: cursor };
  const { column, overlap } = cursor;
  if (overlap === undefined) return { column };
  return {
    column,
    overlap: typeof overlap === 'bigint' ? { duration: overlap } : { distance: BigInt(overlap) },
  };
}
