/** The table of members: one row a member of an audience. */
import type { Knex } from 'knex';
import type { Batch, Change } from '../destination.ts';
import { fieldsJson } from '../json.ts';
import type { Dialect } from './dialect.ts';
import type { SqlSettings } from './options.ts';

/** By primary key: audience and member's key. */
export async function makeTable(knex: Knex, { schema, table }: SqlSettings, dialect: Dialect): Promise<void> {
  // One builder holds all that it was asked for.
  const builder = (): Knex.SchemaBuilder => schemaOf(knex, schema);
  if (await builder().hasTable(table)) return;
  const { key, json } = await dialect.types(knex);
  await builder()
    .createTable(table, (columns) => {
      columns.specificType('audience', key).notNullable();
      columns.specificType('entity_key', key).notNullable();
      columns.specificType('identifiers', json).notNullable();
      columns.specificType('fields', json).notNullable();
      columns.text('batch_id').notNullable();
      columns.timestamp('changed_at', { useTz: true, precision: 6 }).notNullable();
      columns.primary(['audience', 'entity_key']);
    })
    // Another process made it meanwhile.
    .catch(async (error: unknown) => {
      if (!(await builder().hasTable(table))) throw error;
    });
}

/** All of a batch or none of it; the same again changes nothing but `changed_at`. */
export async function writeBatch(
  knex: Knex,
  settings: SqlSettings,
  batch: Batch,
  { statementRows }: Pick<Dialect, 'statementRows'>,
): Promise<void> {
  const { audience, changes, op } = batch;
  await knex.transaction(async (transaction) => {
    if (op === 'remove') {
      const keys = changes.map(({ key }) => key);
      await rowsOf(transaction, settings)
        .where('audience', audience.name)
        .whereIn('entity_key', keys)
        .delete();
      return;
    }
    for (let from = 0; from < changes.length; from += statementRows) {
      const some = changes.slice(from, from + statementRows);
      await rowsOf(transaction, settings)
        .insert(some.map((change) => rowOf(change, batch, transaction)))
        .onConflict(['audience', 'entity_key'])
        .merge();
    }
  });
}

/** Keys of an audience's members, in pages; none where there is no table yet. */
export async function* keysOf(knex: Knex, settings: SqlSettings, audience: string): AsyncGenerator<string> {
  if (!(await schemaOf(knex, settings.schema).hasTable(settings.table))) return;
  let after: string | undefined;
  for (;;) {
    const rows: { entity_key: string }[] = await rowsOf(knex, settings)
      .select('entity_key')
      .where('audience', audience)
      .modify((query) => (after === undefined ? query : query.where('entity_key', '>', after)))
      .orderBy('entity_key')
      .limit(PAGE);
    for (const row of rows) yield row.entity_key;
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.entity_key;
  }
}

const PAGE = 5_000;

function schemaOf(knex: Knex, schema: string | undefined): Knex.SchemaBuilder {
  return schema === undefined ? knex.schema : knex.schema.withSchema(schema);
}

function rowsOf(knex: Knex, { schema, table }: SqlSettings): Knex.QueryBuilder {
  return schema === undefined ? knex(table) : knex.withSchema(schema).table(table);
}

/** JSON as text, so that numbers keep their digits. */
function rowOf({ key, identifiers, fields }: Change, batch: Batch, knex: Knex): Record<string, unknown> {
  return {
    audience: batch.audience.name,
    entity_key: key,
    identifiers: JSON.stringify(identifiers),
    fields: fieldsJson(fields),
    batch_id: batch.id,
    changed_at: knex.fn.now(),
  };
}
