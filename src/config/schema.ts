/** The shape of every project file. What names refer to is checked afterwards, by the `resolve-*` files. */
import { z } from 'zod';
import { IDENTIFIER_KINDS } from './identifier-kinds.ts';
import {
  country,
  duration,
  overlapDuration,
  percent,
  reconcile,
  schemaName,
  sql,
  text,
  timeOfDay,
  timezone,
} from './values.ts';

const part = z.unknown();

const guardsSchema = z.strictObject({
  max_remove: percent.optional(),
  max_add: percent.optional(),
  min_guarded_size: z.int().min(0).optional(),
});

export const tierSchema = z.strictObject({
  every: duration.optional(),
  at: timeOfDay.optional(),
  fresh_within: duration.optional(),
});

/** `segsync.yaml`; each entity, tier and target is checked on its own, so that one mistake hides no other. */
export const projectSchema = z.strictObject({
  version: z.literal(1),
  project: text,
  timezone: timezone.optional(),
  default_target: text.optional(),
  targets: z.record(z.string(), part),
  vars: part.optional(),
  state: z.strictObject({ schema: schemaName.optional(), retain: duration.optional() }).optional(),
  entities: z.record(z.string(), part),
  tiers: z.record(z.string(), part).optional(),
  guards: guardsSchema.optional(),
});

const cursorSchema = z.union([
  text,
  z.strictObject({ column: text, overlap: z.union([overlapDuration, z.int().min(0)]).optional() }),
]);

const rows = {
  table: text.optional(),
  query: text.optional(),
  key: text,
  cursor: cursorSchema.optional(),
  change_feed: z.boolean().optional(),
  timezone: timezone.optional(),
};

const oneRowPerKey = { ...rows, duplicates: z.literal('latest').optional() };

export const entitySchema = z.strictObject({
  ...oneRowPerKey,
  reconcile: reconcile.optional(),
  traits: z.record(z.string(), part).optional(),
  identifiers: z.record(z.string(), part).optional(),
  sources: z.record(z.string(), part).optional(),
});
export const ENTITY_NOT_YET = ['where'];

export const traitSchema = z.strictObject({ ...oneRowPerKey, column: text });

export const sourceSchema = z.strictObject({
  ...rows,
  split: text.optional(),
  time: text.optional(),
  where: part.optional(),
  append_only: z.boolean().optional(),
  through: z.strictObject({ ...rows, source_key: text.optional() }).optional(),
});

export const identifierSchema = z.strictObject({
  trait: text,
  kind: z.enum(IDENTIFIER_KINDS),
  default_country: country.optional(),
});

/** What a sync says and a destination's `defaults:` may say for all syncs to it. */
const mapping = {
  match: z.array(text).optional(),
  fields: part.optional(),
  consent: part.optional(),
  tier: text.optional(),
  guards: guardsSchema.optional(),
};

export const defaultsSchema = z.strictObject(mapping);

export const syncSchema = z.strictObject({
  to: text,
  name: text.optional(),
  audience: text.optional(),
  mode: z.enum(['mirror', 'add_only', 'remove_only', 'on_enter']).optional(),
  shared: z.boolean().optional(),
  again_after: duration.optional(),
  backfill: z.boolean().optional(),
  adopt: z.boolean().optional(),
  ...mapping,
});
export const SYNC_NOT_YET = ['on_delete'];

export const segmentSchema = z.strictObject({
  name: text.optional(),
  description: text.optional(),
  entity: text,
  tier: text.optional(),
  tags: z.array(text).optional(),
  owner: text.optional(),
  where: part.optional(),
  query: sql.optional(),
  sync: z.array(part).optional(),
  was: text.optional(),
  allow_full: z.boolean().optional(),
  guards: guardsSchema.optional(),
});
export const SEGMENT_NOT_YET = ['settle', 'stay_at_least', 'on_delete'];

export type GuardsPart = z.output<typeof guardsSchema>;
export type RowsPart = Pick<
  z.output<typeof traitSchema>,
  'table' | 'query' | 'key' | 'cursor' | 'change_feed' | 'timezone' | 'duplicates'
>;
export type SourcePart = z.output<typeof sourceSchema>;
export type DefaultsPart = z.output<typeof defaultsSchema>;
export type SyncPart = z.output<typeof syncSchema>;
export type SegmentPart = z.output<typeof segmentSchema>;
