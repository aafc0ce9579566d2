/** Which tables a segment reads: every one is looked at for rows that arrived, before any filter. */
import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import type { Contract, Entity, Link, Project, Relation, Source, Sync, Table } from '../config/project.ts';
import type { RowCondition } from './condition.ts';
import { leavesOf, type MeasureOf, type RowsOf, resolveTrait, type Verdict } from './resolve.ts';

/** A table that is read, once per relation, key and cursor. */
export interface ReadTable {
  /** Stable name for watermarks: `shop.events(customer_id).ingested_at`, without cursor `shop.events(customer_id)`. */
  readonly id: string;
  readonly table: Table;
  readonly role: 'entity' | 'trait' | 'source';
  /**
   * Filters of an append-only source, one of which a row must pass to matter: where such rows never change, the
   * arrivals can be filtered first. Undefined: every row matters.
   */
  readonly filters?: readonly RowCondition[];
  /** How fresh it is expected to be, by each that declares it. */
  readonly contracts?: readonly Contract[];
}

/** A relation for people: `shop.events`, `data/orders.csv`, `query`. */
export function relationName(relation: Relation): string {
  switch (relation.kind) {
    case 'table':
      return relation.parts.join('.');
    case 'file':
      return relation.path.split('/').slice(-1)[0]!;
    case 'query':
      return `(${relation.sql.replace(/\s+/g, ' ').trim().slice(0, 40)})`;
  }
}

/** The entity's table, always; the tables of traits and sources in the condition; those of what its syncs send. */
export function readsOf(project: Project, entity: Entity, segment: string, verdict: Verdict): ReadTable[] {
  const found = new Map<string, ReadTable>();
  const { root } = project;
  add(found, readOf(entity, 'entity', root));
  for (const { source, filter } of rowsOf(verdict)) {
    const filters = source.appendOnly && filter ? { filters: [filter] } : {};
    add(found, { ...readOf(source, 'source', root), ...filters });
    if (source.through) add(found, readOf(source.through, 'source', root));
  }
  const sent = syncsOf(project, segment).flatMap(sentTraits(entity));
  for (const name of [...traitsOf(verdict), ...sent]) {
    const { table } = resolveTrait(entity, name);
    if (table) add(found, readOf(table, 'trait', root));
  }
  return [...found.values()];
}

/** Under which name watermarks keep the newest tick that was seen of a `query:` segment. */
export function storedId(segment: string): string {
  return `segment ${segment}`;
}

/** One list of tables for several segments; filters of the same table are joined. */
export function mergeReads(lists: readonly (readonly ReadTable[])[]): ReadTable[] {
  const merged = new Map<string, ReadTable>();
  for (const read of lists.flat()) add(merged, read);
  return [...merged.values()];
}

export function syncsOf(project: Project, segment: string): Sync[] {
  return [...project.syncs.values()].filter((sync) => sync.segment === segment);
}

/** Traits whose values a sync sends or depends on: identifiers, fields, consent. */
export function sentTraits(entity: Entity): (sync: Sync) => string[] {
  return (sync) => [
    ...sync.match.map((name) => entity.identifiers.get(name)!.trait),
    ...[...sync.fields.values()].flatMap((field) => ('trait' in field ? [field.trait] : [])),
    ...(sync.consent ? [sync.consent.trait] : []),
  ];
}

/** Expressions whose values a sync sends. */
export function sentSql(sync: Sync): SqlOf[] {
  return [...sync.fields.values()].flatMap((field) =>
    'sql' in field ? [{ kind: 'sql' as const, sql: field.sql, place: field.place }] : [],
  );
}

type SqlOf = Extract<Verdict, { kind: 'sql' }>;

/** Names of the traits that decide a verdict. */
export function traitsOf(verdict: Verdict): string[] {
  return leavesOf(verdict).flatMap((leaf) => {
    if (leaf.kind === 'trait') return [leaf.trait.name];
    if (leaf.kind !== 'compare') return [];
    return [leaf.left, leaf.right].flatMap((side) => (side.kind === 'trait' ? [side.trait.name] : []));
  });
}

export function measuresOf(verdict: Verdict): MeasureOf[] {
  return leavesOf(verdict).flatMap((leaf) => {
    if (leaf.kind === 'measure') return [leaf.measure];
    if (leaf.kind !== 'compare') return [];
    return [leaf.left, leaf.right].flatMap((side) => (side.kind === 'measure' ? [side.measure] : []));
  });
}

/** All rows that decide a verdict: those of its measures and of its sequences' steps. */
export function rowsOf(verdict: Verdict): RowsOf[] {
  const steps = leavesOf(verdict).flatMap((leaf) =>
    leaf.kind === 'sequence' ? leaf.sequence.steps.map(({ rows }) => rows) : [],
  );
  return [...measuresOf(verdict), ...steps];
}

/** The `query:` segments that a verdict refers to. */
export function storedOf(verdict: Verdict): string[] {
  const names = leavesOf(verdict).flatMap((leaf) => (leaf.kind === 'stored' ? [leaf.segment] : []));
  return [...new Set(names)];
}

function readOf(table: Table, role: ReadTable['role'], root: string): ReadTable {
  const { contract } = table;
  return { id: tableId(table, root), table, role, ...(contract ? { contracts: [contract] } : {}) };
}

/** What must have one row a key stays so when it is a source besides. */
function add(found: Map<string, ReadTable>, read: ReadTable): void {
  const known = found.get(read.id);
  if (!known) return void found.set(read.id, read);
  const kept = known.role === 'source' ? read : known;
  const contracts = [...new Set([...(known.contracts ?? []), ...(read.contracts ?? [])])];
  const filters = bothFilters(known.filters, read.filters);
  found.set(read.id, { ...kept, filters, ...(contracts.length > 0 ? { contracts } : {}) });
}

function bothFilters(
  left: readonly RowCondition[] | undefined,
  right: readonly RowCondition[] | undefined,
): readonly RowCondition[] | undefined {
  if (!left || !right) return undefined;
  const all = new Map([...left, ...right].map((filter) => [withoutPlaces(filter), filter]));
  return [...all.values()];
}

/** A canonical text: equal for conditions that mean the same, wherever they stand in the files. */
export function withoutPlaces(of: unknown): string {
  return JSON.stringify(of, (key, value: unknown) =>
    key === 'place'
      ? undefined
      : typeof value === 'bigint'
        ? value.toString()
        : value instanceof Map
          ? [...value]
          : value,
  );
}

/** A table and how it is keyed, for people: `shop.events(customer_id)`. */
export function tableName(table: Table | Source): string {
  const through = linkOf(table);
  const by = through ? ` through ${relationName(through.relation)}(${through.key})` : '';
  return `${relationName(table.relation)}(${table.key}${by})`;
}

/** The join table by which a table's rows belong to an entity, if it is not by their own key. */
export function linkOf(table: Table | Source): Link | undefined {
  return 'through' in table ? table.through : undefined;
}

/** Two reads of one table are two when they find keys, or instants, in another way. */
function tableId(table: Table, root: string): string {
  const { relation, key, cursor, changeFeed, timezone } = table;
  const through = linkOf(table);
  const by = through
    ? ` through ${relationId(through.relation, root)}(${quotedIfOdd(through.key)}, ${quotedIfOdd(through.sourceKey)})`
    : '';
  const name = `${relationId(relation, root)}(${quotedIfOdd(key)}${by})`;
  const dated = cursor ? `${name}.${quotedIfOdd(cursor.column)}` : name;
  // One that is promised to be added to only is asked for less.
  const isAdded = 'appendOnly' in table && table.appendOnly === true;
  const fed = changeFeed ? `${dated} by ${isAdded ? 'additions' : 'feed'}` : dated;
  return timezone === undefined ? fed : `${fed} ${timezone}`;
}

/** Which relation it is, the same in every checkout: files by their path from `root`, the project's folder. */
export function relationId(relation: Relation, root: string): string {
  switch (relation.kind) {
    case 'table':
      return relation.parts.map(quotedIfOdd).join('.');
    case 'file':
      return relative(root, relation.path).split(sep).join('/');
    case 'query':
      return `query ${createHash('sha256').update(relation.sql).digest('hex').slice(0, 16)}`;
  }
}

function quotedIfOdd(name: string): string {
  return /^\w+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
