/** `segsync init --from-dbt`: entities out of a manifest, which the tables then bear out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { REPOSITORY } from '../project-copy.ts';
import { folderOf, segsync } from './segsync.ts';

const MANIFEST = readFileSync(join(REPOSITORY, 'test/dbt/manifest.json'), 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: a document that tests change anywhere
type Changes = (manifest: any) => void;

function manifest(change: Changes = () => {}): string {
  const document = JSON.parse(MANIFEST);
  change(document);
  return JSON.stringify(document);
}

/** The `entities:` that are made of a manifest, and the file that they stand in. */
async function entitiesOf(text: string, args: readonly string[] = []) {
  await using folder = await folderOf({ 'dbt/target/manifest.json': text });
  const made = await segsync(folder.path, ['init', 'p', '--from-dbt', 'dbt', ...args]);
  expect(made.exit, made.stderr).toBe(0);
  const checked = await segsync(join(folder.path, 'p'), ['validate'], {
    DUCKDB_PATH: 'x',
    DATABASE_URL: 'postgres://x@y/z',
  });
  expect(checked, checked.stderr).toMatchObject({ exit: 0, stderr: '' });
  const file = readFileSync(join(folder.path, 'p/segsync.yaml'), 'utf8');
  return { file, target: parse(file).targets.dev, entities: parse(file).entities };
}

describe('a manifest', () => {
  it('gives the entity, its key and cursor, what identifies and what belongs to it, and why', async () => {
    const { file, target, entities } = await entitiesOf(MANIFEST);
    expect(target.type).toBe('duckdb');
    expect(
      file.slice(file.indexOf('# Written')),
    ).toBe(`# Written from dbt/target/manifest.json. What was guessed says so: look it over.
# All tables are in the database warehouse.
entities:
  customer:   # guessed: model dim_customers is called so
    # Everybody who ever ordered or signed up
    table: marts.dim_customers
    key: customer_id   # dbt: tested as unique and not null
    cursor: updated_at   # guessed from its name
    identifiers:
      email: { trait: email, kind: email }
      phone: { trait: phone_number, kind: phone }
      first_name: { trait: first_name, kind: first_name }
      country: { trait: country_code, kind: country }
      external_id: { trait: customer_id, kind: external_id }
    sources:
      orders:   # dbt: model fct_orders
        # One row an order
        table: marts.fct_orders
        key: customer_id   # dbt: a relationships test
        cursor: updated_at   # guessed from its name
        time: ordered_at   # dbt: event_time
      subscriptions:   # dbt: model subscriptions
        table: marts.subscriptions
        key: customer_id   # guessed: it has the name of the key
        # cursor: updated_at (a column that grows with every change; without one all rows are read every time)
        # time: occurred_at (when it happened; windows such as \`within: 7d\` need it)
      page_views:   # dbt: source web.page_views
        table: raw."PAGE VIEWS 2"
        key: visitor   # dbt: a relationships test
        cursor: ingested_at   # dbt: loaded_at_field
        time: occurred_at   # guessed from its name
        append_only: true
`);
    expect(Object.keys(entities.customer.sources)).toEqual(['orders', 'subscriptions', 'page_views']);
  });

  it('is borne out by the tables: they are checked and evaluated', async () => {
    await using folder = await folderOf({ 'manifest.json': MANIFEST });
    const path = join(folder.path, 'bakery.duckdb');
    await fill(path);
    expect((await segsync(folder.path, ['init', 'p', '--from-dbt', 'manifest.json'])).exit).toBe(0);
    const project = join(folder.path, 'p');
    const checked = await segsync(project, ['validate', '--connect'], { DUCKDB_PATH: path });
    expect(checked, checked.stderr).toMatchObject({ exit: 0, stderr: '' });
    const plan = JSON.parse((await segsync(project, ['plan', '--json'], { DUCKDB_PATH: path })).stdout);
    expect(plan.segments.map((each: { members: number }) => each.members)).toContain(3);
  });

  it.each(['v10', 'v11', 'v12'])('of schema %s is read', async (version) => {
    const text = manifest((document) => {
      document.metadata.dbt_schema_version = `https://schemas.getdbt.com/dbt/manifest/${version}.json`;
      if (version === 'v12') return;
      // What later versions brought.
      for (const node of Object.values<Record<string, unknown>>(document.nodes)) {
        delete node.primary_key;
        delete node.time_spine;
      }
    });
    expect((await entitiesOf(text)).entities.customer.key).toBe('customer_id');
  });

  it('names the database where there are several', async () => {
    const text = manifest((document) => {
      document.nodes['model.bakery.fct_orders'].database = 'sales-eu';
    });
    const { customer } = (await entitiesOf(text)).entities;
    expect(customer.table).toBe('warehouse.marts.dim_customers');
    expect(customer.sources.orders.table).toBe('sales-eu.marts.fct_orders');
  });

  it('is overruled by what its owners say in meta.segsync', async () => {
    const text = manifest((document) => {
      document.nodes['model.bakery.stg_customers'].config.meta.segsync = { entity: 'shopper', key: 'email' };
      document.nodes['model.bakery.fct_orders'].meta.segsync = { ignore: true };
    });
    const { entities } = await entitiesOf(text);
    expect(entities).toEqual({
      shopper: {
        table: 'staging.stg_customers',
        key: 'email',
        identifiers: expect.anything(),
        sources: { customers: expect.objectContaining({ table: 'marts.dim_customers', key: 'email' }) },
      },
    });
  });

  it('gives keys by primary keys, of columns and of tables, and foreign keys', async () => {
    const text = manifest((document) => {
      const { nodes } = document;
      for (const id of Object.keys(nodes)) if (nodes[id].resource_type === 'test') delete nodes[id];
      nodes['model.bakery.dim_customers'].constraints = [{ type: 'primary_key', columns: ['customer_id'] }];
      const { columns } = nodes['model.bakery.fct_orders'];
      columns.customer_id.name = 'buyer';
      columns.customer_id.constraints = [
        { type: 'foreign_key', to: "ref('dim_customers')", to_columns: ['customer_id'] },
      ];
    });
    const { file } = await entitiesOf(text);
    expect(file).toContain('key: customer_id   # dbt: the primary key');
    expect(file).toContain('key: buyer   # dbt: a foreign key');
  });

  it('gives the entities that are named, over another warehouse', async () => {
    const args = ['--entity', 'person=dim_customers', 'visitor=web.page_views', '--warehouse', 'postgres'];
    const text = manifest((document) => {
      document.sources['source.bakery.web.page_views'].meta.segsync.key = 'visitor';
    });
    const { target, entities } = await entitiesOf(text, args);
    expect(target.type).toBe('postgres');
    expect(Object.keys(entities)).toEqual(['person', 'visitor']);
    expect(entities.visitor).toMatchObject({ table: 'raw."PAGE VIEWS 2"', key: 'visitor' });
  });
});

async function fill(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of [
    'CREATE SCHEMA marts',
    'CREATE SCHEMA raw',
    `CREATE TABLE marts.dim_customers AS SELECT range AS customer_id, 'a@example.com' AS email, '1' AS phone_number,
       'Ada' AS first_name, 'DE' AS country_code, true AS newsletter, now() AS updated_at FROM range(3)`,
    'CREATE TABLE marts.fct_orders AS SELECT 1 AS order_id, 1::BIGINT AS customer_id, 5.0 AS total, now() AS ordered_at, now() AS updated_at',
    "CREATE TABLE marts.subscriptions AS SELECT 1 AS subscription_id, 1::BIGINT AS customer_id, 'active' AS status",
    `CREATE TABLE raw."PAGE VIEWS 2" AS SELECT 1::BIGINT AS visitor, '/' AS page, now() AS occurred_at, now() AS ingested_at`,
  ])
    await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

describe('what cannot be', () => {
  async function expectRefused(
    text: string | undefined,
    args: readonly string[],
    stderr: string,
    exit: number,
  ) {
    await using folder = await folderOf(text === undefined ? {} : { 'manifest.json': text });
    const ended = await segsync(folder.path, ['init', 'p', '--from-dbt', 'manifest.json', ...args]);
    expect(ended).toEqual({ stdout: '', stderr, exit });
  }
  const HINT =
    '  hint: dbt writes target/manifest.json: run `dbt parse` in its project, then name its folder\n';
  const VERSIONS = '  hint: read are versions v10, v11, v12, of dbt 1.6 and later\n';

  it('a manifest that is not there, or is none', async () => {
    await expectRefused(
      undefined,
      [],
      `error[E686]: cannot read manifest.json: it does not exist\n${HINT}`,
      1,
    );
    await expectRefused('{', [], `error[E686]: cannot read manifest.json: it is no JSON\n${HINT}`, 1);
    await expectRefused(
      '{}',
      [],
      `error[E687]: manifest.json is no manifest of dbt that is read here: it names no version of dbt’s\n${VERSIONS}`,
      64,
    );
    await expectRefused(
      manifest((document) => {
        document.metadata.dbt_schema_version = 'https://schemas.getdbt.com/dbt/manifest/v7.json';
      }),
      [],
      `error[E687]: manifest.json is no manifest of dbt that is read here: it is v7\n${VERSIONS}`,
      64,
    );
    await expectRefused(
      manifest((document) => {
        document.nodes['model.bakery.fct_orders'].columns = [];
      }),
      [],
      `error[E687]: manifest.json is no manifest of dbt that is read here: it is v12, but \`nodes.model.bakery.fct_orders.columns\` is not as that says\n${VERSIONS}`,
      64,
    );
  });

  it('a model that there is not', () =>
    expectRefused(
      MANIFEST,
      ['--entity', 'customer=dim_custmers'],
      'error[E688]: `--entity customer=dim_custmers`: dbt has no model, seed or source of this name\n  hint: did you mean `dim_customers`?\n',
      64,
    ));

  it('people of whom nothing is known', () =>
    expectRefused(
      manifest((document) => {
        for (const id of Object.keys(document.nodes)) if (id.includes('customers')) delete document.nodes[id];
      }),
      [],
      'error[E689]: no model of dbt looks like the people that segments are made of; there are fct_orders, subscriptions, page_views\n  hint: say which one is it: `--entity customer=MODEL`\n',
      64,
    ));

  it('a key that nobody tells, unless it is named', async () => {
    const args = ['--entity', 'visitor=web.page_views'];
    await expectRefused(
      MANIFEST,
      args,
      'error[E690]: nothing in dbt says what the key of `page_views` is; there are visitor, page, occurred_at, ingested_at\n  hint: name it, as in `--key customer_id`, or tell dbt: a primary key, or the tests `unique` and `not_null`\n',
      64,
    );
    expect((await entitiesOf(MANIFEST, [...args, '--key', 'visitor'])).entities.visitor.key).toBe('visitor');
  });
});
