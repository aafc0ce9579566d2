/** The shape of every project file. What names refer to is checked afterwards, by the `resolve-*` files. */
import { z } from 'zod';
import { about } from './about.ts';
import { IDENTIFIER_KINDS } from './identifier-kinds.ts';
import {
  country,
  duration,
  NAME,
  overlapDuration,
  percent,
  reconcile,
  schemaName,
  sql,
  text,
  timeOfDay,
  timezone,
} from './values.ts';

/** What is read on its own, so that one mistake hides no other; its JSON Schema is the definition of this name. */
const part = (definition: string) => z.unknown().meta({ part: definition });

const parts = (definition: string) => z.record(z.string(), part(definition));

/** As `parts`; how their names are spelled is checked where they are read. */
const named = (definition: string) =>
  parts(definition).meta({ propertyNames: { type: 'string', pattern: NAME.source } });

const guardsSchema = z.strictObject({
  max_remove: about(
    percent,
    'Most members that a run may remove, as a share of what the destination has; beyond it the sync is held.',
  ).optional(),
  max_add: about(
    percent,
    'Most members that a run may add, as a share of what the destination has; beyond it the sync is held.',
  ).optional(),
  min_guarded_size: about(
    z.int().min(0),
    'So many changes always pass, however small the audience.',
    100,
  ).optional(),
});

const guards = about(guardsSchema, 'Holds a sync that would change far more people than expected.', {
  max_remove: '30%',
  max_add: '50%',
  min_guarded_size: 100,
});

export const tierSchema = z.strictObject({
  every: about(duration, 'How often segments of this tier are evaluated.').optional(),
  at: about(timeOfDay, 'When slots are counted from, in the project’s time zone.').optional(),
  jitter: about(
    duration,
    'Slots lie later by a fixed amount below this one, made of the names of project and tier: not every project works at the full hour.',
    '10m',
  ).optional(),
  fresh_within: about(duration, 'The promise: a change is at the destination within this time.').optional(),
});

const stateSchema = z.strictObject({
  schema: about(schemaName, 'The schema of the warehouse that segsync’s own tables are in.').optional(),
  retain: about(duration, 'How long the history of changes, runs and batches is kept.').optional(),
});

/** `segsync.yaml`; each entity, tier and target is checked on its own, so that one mistake hides no other. */
export const projectSchema = z.strictObject({
  version: about(z.literal(1), 'The version of this file’s format.', 1),
  project: about(text.meta({ pattern: NAME.source }), 'The project’s name.', 'storefront'),
  timezone: about(timezone, 'For calendar windows and dates; UTC unless it says otherwise.').optional(),
  default_target: about(text, 'The target that is used without `--target`.', 'dev').optional(),
  targets: about(named('target'), 'Warehouses that segsync may work on, by name.'),
  vars: part('vars').optional(),
  state: about(stateSchema, 'Where segsync keeps its tables.', { schema: 'segsync' }).optional(),
  entities: about(named('entity'), 'What segments are sets of, by name.', {
    customer: { table: 'shop.customers', key: 'customer_id' },
  }),
  tiers: about(
    named('tier'),
    'Tunes `realtime`, `frequent`, `hourly` and `daily`, which are there already, or adds tiers of your own.',
    { frequent: { every: '5m', fresh_within: '15m' } },
  ).optional(),
  guards: guards.optional(),
});

/** What segments do that read a table which is older than it should be. */
const onStale = z.enum(['warn', 'hold', 'fail']);

const cursorSchema = z.union([
  text,
  z.strictObject({
    column: about(text, 'The column.', 'updated_at'),
    overlap: about(
      z.union([overlapDuration, z.int().min(0)]),
      'How far back rows are looked at again, for they can become visible out of order.',
      '2m',
      10_000,
    ).optional(),
  }),
]);

const rows = {
  table: about(
    text,
    'The table, `schema.table`; where the warehouse reads files, also the path of a CSV or Parquet file.',
    'shop.customers',
  ).optional(),
  query: about(
    text,
    'A SELECT instead of a table; always read in full, unless its rows are only ever added.',
    'SELECT * FROM shop.customers WHERE NOT is_test',
  ).optional(),
  key: about(text, 'The column that tells whose row it is.', 'customer_id'),
  cursor: about(
    cursorSchema,
    'A column that grows whenever a row is added or changed: by it a run finds what changed. Without it the table is read in full.',
    'updated_at',
    { column: 'updated_at', overlap: '2m' },
  ).optional(),
  change_feed: about(
    z.boolean(),
    'Read what changed from the warehouse’s own change feed, where it has one.',
  ).optional(),
  timezone: about(timezone, 'Of timestamps without a zone in this table; UTC unless it says so.').optional(),
  expect_fresh_within: about(
    duration,
    'How old the newest row, by its cursor, may be; what happens to segments when it is older, `on_stale` says.',
    '6h',
  ).optional(),
  on_stale: about(
    onStale,
    'When the table is older than expected, segments that read it `warn`, `hold` their syncs, or `fail`.',
    'hold',
  ).optional(),
};

const oneRowPerKey = {
  ...rows,
  duplicates: about(
    z.literal('latest'),
    'Of several rows for one key the latest by cursor counts; otherwise they are an error.',
    'latest',
  ).optional(),
};

/** Rows come from one of them; told to editors, checked where the table is resolved. */
const FROM_ONE = { oneOf: [{ required: ['table'] }, { required: ['query'] }] };

export const entitySchema = z
  .strictObject({
    ...oneRowPerKey,
    reconcile: about(
      reconcile,
      'How often everyone is evaluated, to find what a cursor did not show; `24h` unless it says otherwise.',
    ).optional(),
    traits: about(
      parts('trait'),
      'Columns of other tables, one row a key; every column of the entity’s own table is a trait already.',
      { churn_score: { table: 'ml.churn_scores', key: 'customer_id', column: 'score' } },
    ).optional(),
    identifiers: about(named('identifier'), 'What destinations may match on, by name.', {
      email: { trait: 'email', kind: 'email' },
    }).optional(),
    sources: about(named('source'), 'Tables of rows that belong to an entity, by name.', {
      orders: { table: 'shop.orders', key: 'customer_id', time: 'placed_at', cursor: 'updated_at' },
    }).optional(),
  })
  .meta(FROM_ONE);
export const ENTITY_NOT_YET = ['where'];

export const traitSchema = z
  .strictObject({ ...oneRowPerKey, column: about(text, 'The column that holds the value.', 'score') })
  .meta(FROM_ONE);

const linkSchema = z
  .strictObject({
    ...rows,
    source_key: about(
      text,
      'Its column that holds what the source’s key does, if it has another name.',
      'household_id',
    ).optional(),
  })
  .meta(FROM_ONE);

export const sourceSchema = z
  .strictObject({
    ...rows,
    split: about(
      text,
      'A column whose every value is a source of its own: `did: product_viewed`.',
      'name',
    ).optional(),
    time: about(text, 'When it happened; windows look at it.', 'occurred_at').optional(),
    where: about(part('filter'), 'Only these rows.', { kind: 'full' }).optional(),
    append_only: about(z.boolean(), 'Rows are added and never changed: less has to be read.').optional(),
    through: about(linkSchema, 'The table that joins the source’s key to the entity’s.', {
      table: 'shop.households',
      key: 'customer_id',
      source_key: 'household_id',
    }).optional(),
  })
  .meta(FROM_ONE);

export const identifierSchema = z.strictObject({
  trait: about(text, 'The trait that holds it.', 'email'),
  kind: about(z.enum(IDENTIFIER_KINDS), 'What it is, so that destinations can bring it into their form.'),
  default_country: about(country, 'For phone numbers without a country code.').optional(),
});

/** What a sync says and a destination's `defaults:` may say for all syncs to it. */
const mapping = {
  match: about(z.array(text), 'The identifiers that members are matched by.', ['email', 'phone']).optional(),
  fields: about(part('fields'), 'What else is sent of each member.', { first_name: 'first_name' }).optional(),
  consent: about(part('consent'), 'Only members who agreed; unknown is no.', {
    trait: 'ads_consent',
  }).optional(),
  tier: about(text, 'A slower tier than the segment’s, for this destination.', 'hourly').optional(),
  guards: guards.optional(),
};

export const defaultsSchema = z.strictObject(mapping);

export const syncSchema = z.strictObject({
  to: about(text, 'The destination: the name of a file in `destinations/`.', 'meta_ads'),
  name: about(
    text.meta({ pattern: NAME.source }),
    'Tells a second sync to one destination from the first.',
    'lookalike',
  ).optional(),
  audience: about(
    text,
    'The audience’s name there; the segment’s unless it says so.',
    'Cart abandoners',
  ).optional(),
  mode: about(
    z.enum(['mirror', 'add_only', 'remove_only', 'on_enter']),
    '`mirror` adds, updates and removes; `add_only` never removes; `remove_only` takes members out of an audience that others fill; `on_enter` sends an event when somebody enters.',
  ).optional(),
  shared: about(z.boolean(), 'Another sync keeps the same audience, and that is meant.').optional(),
  again_after: about(duration, 'With `on_enter`: not twice for one member within this time.').optional(),
  backfill: about(z.boolean(), 'With `on_enter`: events for those who are members already, too.').optional(),
  adopt: about(z.boolean(), 'Make an audience that is there already segsync’s own.').optional(),
  ...mapping,
});
export const SYNC_NOT_YET = ['on_delete'];

export const segmentSchema = z
  .strictObject({
    name: about(
      text.meta({ pattern: NAME.source }),
      'The segment’s name; its file’s unless it says so.',
      'cart_abandoners',
    ).optional(),
    description: about(text, 'Who is in it, for people.', 'Lapsed customers of high value').optional(),
    entity: about(text, 'What it is a set of: an entity of segsync.yaml.', 'customer'),
    tier: about(
      text,
      'How often it is evaluated: `realtime`, `frequent`, `hourly`, `daily` or your own.',
      'hourly',
    ).optional(),
    tags: about(z.array(text), 'To select by: `--select tag:lifecycle`.', ['lifecycle']).optional(),
    owner: about(text, 'Who looks after it.', 'growth').optional(),
    where: about(part('condition'), 'Who is in it.', { trait: 'email_opt_in', eq: true }).optional(),
    query: about(
      sql,
      'Instead of `where`: a whole SELECT of keys, always evaluated in full.',
      'SELECT customer_id FROM analytics.vips',
    ).optional(),
    sync: about(z.array(part('sync')), 'The destinations that it is kept equal at.', [
      { to: 'meta_ads', match: ['email'] },
    ]).optional(),
    tests: about(part('tests'), 'Unit tests of it, which `segsync test` runs.', [
      {
        name: 'who never came is no member',
        at: '2026-01-31T10:00:00Z',
        given: { customer: [{ customer_id: 'ada' }] },
        expect: { members: [] },
      },
    ]).optional(),
    was: about(text, 'The name that it had before: its state goes with it.', 'abandoned_carts').optional(),
    allow_full: about(
      z.boolean(),
      'Everyone is evaluated at every tick, though the tier is faster than an hour, and that is meant.',
    ).optional(),
    on_stale: about(
      onStale,
      'What this segment does when a table that it reads is older than its `expect_fresh_within`; the table says unless the segment does.',
      'fail',
    ).optional(),
    settle: about(
      duration,
      'So long the condition must hold, tick by tick, before somebody enters.',
      '5m',
    ).optional(),
    stay_at_least: about(
      duration,
      'Nobody leaves who has been a member for less than this.',
      '1h',
    ).optional(),
    guards: guards.optional(),
  })
  .meta({ oneOf: [{ required: ['where'] }, { required: ['query'] }] });
export const SEGMENT_NOT_YET = ['on_delete'];

export type GuardsPart = z.output<typeof guardsSchema>;
export type RowsPart = Pick<
  z.output<typeof traitSchema>,
  | 'table'
  | 'query'
  | 'key'
  | 'cursor'
  | 'change_feed'
  | 'timezone'
  | 'duplicates'
  | 'expect_fresh_within'
  | 'on_stale'
>;
export type SourcePart = z.output<typeof sourceSchema>;
export type DefaultsPart = z.output<typeof defaultsSchema>;
export type SyncPart = z.output<typeof syncSchema>;
export type SegmentPart = z.output<typeof segmentSchema>;
