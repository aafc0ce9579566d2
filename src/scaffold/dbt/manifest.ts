/** dbt's `manifest.json`, the parts that are read here: schemas v10 to v12 (dbt 1.6 and later). */
import { z } from 'zod';

export const VERSIONS = ['v10', 'v11', 'v12'] as const;

/** What dbt leaves out or writes as null. */
const optional = <S extends z.ZodType>(schema: S) =>
  schema.nullish().transform((value) => value ?? undefined);

const constraintSchema = z.object({
  type: z.string(),
  columns: optional(z.array(z.string())),
  to: optional(z.string()),
  to_columns: optional(z.array(z.string())),
});

const columnSchema = z.object({
  name: z.string(),
  description: optional(z.string()),
  data_type: optional(z.string()),
  constraints: optional(z.array(constraintSchema)),
});

const metaSchema = z.record(z.string(), z.unknown());

const configSchema = z.object({
  enabled: optional(z.boolean()),
  materialized: optional(z.string()),
  event_time: optional(z.string()),
  loaded_at_field: optional(z.string()),
  meta: optional(metaSchema),
});

const relationSchema = {
  unique_id: z.string(),
  resource_type: z.string(),
  name: z.string(),
  database: optional(z.string()),
  schema: optional(z.string()),
  description: optional(z.string()),
  columns: optional(z.record(z.string(), columnSchema)),
  config: optional(configSchema),
  meta: optional(metaSchema),
};

const nodeSchema = z.object({
  ...relationSchema,
  alias: optional(z.string()),
  constraints: optional(z.array(constraintSchema)),
  primary_key: optional(z.array(z.string())),
  time_spine: optional(z.unknown()),
  attached_node: optional(z.string()),
  column_name: optional(z.string()),
  depends_on: optional(z.object({ nodes: optional(z.array(z.string())) })),
  test_metadata: optional(
    z.object({ name: z.string(), namespace: optional(z.string()), kwargs: optional(metaSchema) }),
  ),
});

const sourceSchema = z.object({
  ...relationSchema,
  source_name: z.string(),
  identifier: optional(z.string()),
  loaded_at_field: optional(z.string()),
});

export const manifestSchema = z.object({
  metadata: z.object({
    dbt_schema_version: z.string(),
    adapter_type: optional(z.string()),
  }),
  nodes: z.record(z.string(), nodeSchema),
  sources: z.record(z.string(), sourceSchema),
});

export type Manifest = z.output<typeof manifestSchema>;
export type ManifestNode = z.output<typeof nodeSchema>;
export type ManifestSource = z.output<typeof sourceSchema>;
export type ManifestConstraint = z.output<typeof constraintSchema>;

/** `v12` of `https://schemas.getdbt.com/dbt/manifest/v12.json`; undefined when the text is no such address. */
export function versionOf(document: unknown): string | undefined {
  const metadata = (document as { metadata?: { dbt_schema_version?: unknown } } | null)?.metadata;
  return /\/manifest\/(v\d+)\.json$/.exec(String(metadata?.dbt_schema_version))?.[1];
}
