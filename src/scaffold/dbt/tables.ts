/** The tables that dbt knows of, with what it knows of them. */
import { z } from 'zod';
import type { Said } from '../entity.ts';
import type { Manifest, ManifestNode, ManifestSource } from './manifest.ts';
import { factsOf, type TestFacts } from './tests.ts';

export interface DbtTable {
  readonly id: string;
  readonly name: string;
  /** As people call it: `model dim_customers`, `source shop.orders`. */
  readonly title: string;
  readonly database?: string;
  readonly schema?: string;
  readonly identifier: string;
  readonly description?: string;
  /** In dbt's order; empty when nobody described them. */
  readonly columns: readonly string[];
  readonly key?: Said;
  readonly cursor?: Said;
  readonly time?: Said;
  /** What columns refer to in other tables. */
  readonly references: readonly Reference[];
  readonly wishes: Wishes;
  /** A table that others are built on in passing: named so, by custom. */
  readonly isStaging: boolean;
}

export interface Reference {
  readonly column: string;
  readonly to: string;
  readonly why: string;
}

/** `meta: {segsync: ...}`: what its owners say themselves. */
const wishesSchema = z.object({
  entity: z.string().optional(),
  key: z.string().optional(),
  cursor: z.string().optional(),
  time: z.string().optional(),
  append_only: z.boolean().optional(),
  ignore: z.boolean().optional(),
});
export type Wishes = z.output<typeof wishesSchema>;

const KINDS = ['model', 'seed'];

/** Those that can be read: no ephemeral models, calendars and histories, and nothing that is switched off. */
export function tablesOf(manifest: Manifest): DbtTable[] {
  const facts = factsOf(manifest);
  const nodes = Object.values(manifest.nodes)
    .filter(isTable)
    .map((node) => nodeTable(node, facts));
  const sources = Object.values(manifest.sources)
    .filter(({ config }) => config?.enabled !== false)
    .map((source) => sourceTable(source, facts));
  return [...nodes, ...sources].filter(({ wishes }) => !wishes.ignore);
}

function isTable({ resource_type, config, time_spine }: ManifestNode): boolean {
  const isRead = config?.enabled !== false && config?.materialized !== 'ephemeral';
  return KINDS.includes(resource_type) && isRead && time_spine === undefined;
}

function nodeTable(node: ManifestNode, facts: TestFacts): DbtTable {
  const table = { title: `${node.resource_type} ${node.name}`, identifier: node.alias ?? node.name };
  return { ...table, ...common(node, facts), isStaging: /^(stg|int|base|tmp)_/.test(node.name) };
}

function sourceTable(source: ManifestSource, facts: TestFacts): DbtTable {
  const table = {
    title: `source ${source.source_name}.${source.name}`,
    identifier: source.identifier ?? source.name,
  };
  return { ...table, ...common(source, facts), isStaging: false };
}

function common(node: ManifestNode | ManifestSource, facts: TestFacts) {
  const wishes = wishesOf(node);
  const columns = Object.values(node.columns ?? {}).map(({ name }) => name);
  const { database, schema, description } = node;
  return {
    ...{ id: node.unique_id, name: node.name, wishes, columns },
    ...(database === undefined ? {} : { database }),
    ...(schema === undefined ? {} : { schema }),
    ...(description ? { description } : {}),
    ...optional('key', keyOf(node, wishes, facts)),
    ...optional('cursor', cursorOf(node, wishes, columns)),
    ...optional('time', timeOf(node, wishes, columns)),
    references: facts.references.get(node.unique_id) ?? [],
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

/** What does not look like wishes is none of ours. */
function wishesOf({ meta, config }: ManifestNode | ManifestSource): Wishes {
  const read = wishesSchema.safeParse(config?.meta?.segsync ?? meta?.segsync ?? {});
  return read.success ? read.data : {};
}

/** The one column by which dbt tells the rows apart. */
function keyOf(node: ManifestNode | ManifestSource, wishes: Wishes, facts: TestFacts): Said | undefined {
  if (wishes.key !== undefined) return { value: wishes.key };
  const declared = primaryKeyOf(node);
  if (declared)
    return declared.length === 1 ? { value: declared[0]!, why: 'dbt: the primary key' } : undefined;
  const tested = facts.keys.get(node.unique_id) ?? [];
  return tested.length === 1 ? { value: tested[0]!, why: 'dbt: tested as unique and not null' } : undefined;
}

function primaryKeyOf(node: ManifestNode | ManifestSource): readonly string[] | undefined {
  const ofColumns = Object.values(node.columns ?? {})
    .filter(({ constraints }) => constraints?.some(({ type }) => type === 'primary_key'))
    .map(({ name }) => name);
  if (ofColumns.length > 0) return ofColumns;
  if (!('alias' in node)) return undefined;
  const ofTable = node.constraints?.find(({ type }) => type === 'primary_key')?.columns;
  return ofTable ?? (node.primary_key && node.primary_key.length > 0 ? node.primary_key : undefined);
}

const COLUMN = /^[A-Za-z_][A-Za-z0-9_]*$/;
const CURSORS =
  /^(_?updated_at|_?modified_at|last_modified(_at)?|_?loaded_at|_?ingested_at|_?synced_at|_fivetran_synced|_airbyte_extracted_at|dbt_updated_at)$/i;
const TIMES = /^(occurred_at|happened_at|event_time|event_timestamp|[a-z]+ed_at|timestamp)$/i;

function cursorOf(
  node: ManifestNode | ManifestSource,
  wishes: Wishes,
  columns: readonly string[],
): Said | undefined {
  if (wishes.cursor !== undefined) return { value: wishes.cursor };
  const loaded =
    ('loaded_at_field' in node ? node.loaded_at_field : undefined) ?? node.config?.loaded_at_field;
  // An expression is no column; the column in it may be one all the same, but not for sure.
  if (loaded !== undefined && COLUMN.test(loaded)) return { value: loaded, why: 'dbt: loaded_at_field' };
  return guessed(columns.find((column) => CURSORS.test(column)));
}

function timeOf(
  node: ManifestNode | ManifestSource,
  wishes: Wishes,
  columns: readonly string[],
): Said | undefined {
  if (wishes.time !== undefined) return { value: wishes.time };
  if (node.config?.event_time !== undefined) return { value: node.config.event_time, why: 'dbt: event_time' };
  return guessed(columns.find((column) => TIMES.test(column) && !CURSORS.test(column)));
}

function guessed(value: string | undefined): Said | undefined {
  return value === undefined ? undefined : { value, why: 'guessed from its name' };
}
