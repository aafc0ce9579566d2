/**
 * Hostile names and values, from YAML and from data, through the whole product: they are text and nothing else. Members
 * are what plain JavaScript says, what is sent is what is stored, and nothing else in the database changes.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../src/instant.ts';
import { Product } from '../brute-force/product.ts';
import { engines } from '../engines.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../webhook-receiver.ts';
import { type HostileCase, hostileCase, type Person, segmentsOf } from './hostile-case.ts';

const RUNS: Readonly<Record<string, number>> = { duckdb: 10, postgres: 14 };
const NOW = parseInstant('2026-03-02 10:00', 'UTC')!;
const LATER = parseInstant('2026-03-02 10:05', 'UTC')!;
/** People whom no condition is about, so that a second tick is about the few who changed. */
const QUIET = 60;

for (const engine of engines) {
  describe(engine.name, () => {
    it('takes every text for what it is', { timeout: 240_000 }, async () => {
      let incremental = 0;
      await fc.assert(
        fc.asyncProperty(hostileCase, async (each) => {
          const receiver = await startWebhookReceiver();
          const product = await Product.open(engine, (target) => filesOf(each, receiver, target), NOW);
          try {
            await product.execute(tablesOf(each, engine.name));
            const before = await othersTables(product);
            const first = await product.tick(NOW);
            expect(first.segments.flatMap(({ error }) => error ?? [])).toEqual([]);
            expect(first.syncs.flatMap(({ error }) => error ?? [])).toEqual([]);
            await expectRight(product, receiver, each, each.people, each.events);
            expect(await othersTables(product)).toEqual(before);

            await product.execute(changesOf(each));
            const second = await product.tick(LATER);
            incremental += second.segments.filter(({ mode }) => mode === 'incremental').length;
            await expectRight(
              product,
              receiver,
              each,
              [...each.people, each.newcomer],
              [...each.events, each.happening],
            );
          } finally {
            await product.close();
            await receiver.close();
          }
        }),
        { numRuns: RUNS[engine.name]!, endOnFailure: true },
      );
      expect(incremental).toBeGreaterThan(RUNS[engine.name]!);
    });
  });
}

function filesOf(each: HostileCase, receiver: WebhookReceiver, target: unknown): ReadonlyMap<string, string> {
  const { names, audience, fieldNames, probes } = each;
  const project = {
    version: 1,
    project: 'hostile',
    default_target: 'test',
    targets: { test: target },
    entities: {
      customer: {
        table: `${quoted(names.schema)}.${quoted(names.table)}`,
        key: names.key,
        cursor: names.cursor,
        traits: {
          [names.trait]: {
            table: `${quoted(names.schema)}.${quoted(names.side)}`,
            key: names.sideKey,
            column: names.sideColumn,
            cursor: names.sideCursor,
          },
        },
        identifiers: { email: { trait: names.email, kind: 'email' } },
        sources: {
          events: {
            table: `${quoted(names.schema)}.${quoted(names.events)}`,
            split: names.split,
            key: names.eventKey,
            time: names.time,
            cursor: names.time,
          },
        },
      },
    },
    guards: { max_remove: '100%', max_add: '999999%', min_guarded_size: 1000 },
  };
  const mapping = {
    match: ['email'],
    audience,
    fields: Object.fromEntries([
      [fieldNames[0], { trait: names.field }],
      [fieldNames[1], { value: probes[7] }],
    ]),
  };
  const syncs: Record<string, unknown[]> = {
    equal: [{ to: 'hook', ...mapping, consent: { trait: names.consent, eq: probes[6] } }],
    did: [{ to: 'files', ...mapping }],
  };
  return new Map([
    ['segsync.yaml', JSON.stringify(project)],
    [
      'destinations/hook.yaml',
      JSON.stringify({ type: 'webhook', url: receiver.url, allow_private_address: true }),
    ],
    ['destinations/files.yaml', JSON.stringify({ type: 'file', directory: 'out' })],
    ...Object.entries(segmentsOf(each)).map(([name, { where }]): [string, string] => [
      `segments/${name}.yaml`,
      JSON.stringify({ entity: 'customer', where, sync: syncs[name] ?? [] }),
    ]),
  ]);
}

function tablesOf(each: HostileCase, engine: string): string[] {
  const { names } = each;
  const n = (name: keyof HostileCase['names']): string => quoted(names[name]);
  const at = (name: keyof HostileCase['names']): string => `${n('schema')}.${n(name)}`;
  const text = engine === 'postgres' ? 'TEXT' : 'VARCHAR';
  return [
    `CREATE TABLE canary (note ${text})`,
    "INSERT INTO canary VALUES ('alive'), (NULL)",
    `CREATE SCHEMA ${n('schema')}`,
    `CREATE TABLE ${at('table')} (${['key', 'value', 'email', 'field', 'consent'].map((c) => `${n(c as 'key')} ${text}`).join(', ')}, ${n('cursor')} TIMESTAMPTZ)`,
    `CREATE TABLE ${at('side')} (${n('sideKey')} ${text}, ${n('sideColumn')} ${text}, ${n('sideCursor')} TIMESTAMPTZ)`,
    `CREATE TABLE ${at('events')} (${n('eventKey')} ${text}, ${n('split')} ${text}, ${n('detail')} ${text}, ${n('time')} TIMESTAMPTZ)`,
    `INSERT INTO ${at('table')} SELECT 'quiet' || n, NULL, NULL, NULL, NULL, ${EARLY} FROM generate_series(1, ${QUIET}) AS t(n)`,
    ...each.people.flatMap((person) => personRows(each, person, EARLY)),
    ...each.events.map((event) => eventRow(each, event, EARLY)),
  ];
}

const EARLY = "CAST('2026-03-02 08:00:00+00' AS TIMESTAMPTZ)";
const LATELY = "CAST('2026-03-02 10:02:00+00' AS TIMESTAMPTZ)";

function changesOf(each: HostileCase): string[] {
  return [...personRows(each, each.newcomer, LATELY), eventRow(each, each.happening, LATELY)];
}

function personRows({ names }: HostileCase, person: Person, at: string): string[] {
  const { key, value, email, field, consent, side } = person;
  const schema = quoted(names.schema);
  return [
    `INSERT INTO ${schema}.${quoted(names.table)} VALUES (${[key, value, email, field, consent].map(literal).join(', ')}, ${at})`,
    `INSERT INTO ${schema}.${quoted(names.side)} VALUES (${literal(key)}, ${literal(side)}, ${at})`,
  ];
}

function eventRow(
  { names }: HostileCase,
  { key, name, detail }: HostileCase['happening'],
  at: string,
): string {
  return `INSERT INTO ${quoted(names.schema)}.${quoted(names.events)} VALUES (${[key, name, detail].map(literal).join(', ')}, ${at})`;
}

/** Everything outside segsync's own schema: a statement that was torn open would leave its mark. */
function othersTables(product: Product): Promise<unknown> {
  return product.visit(async (session) => {
    const names = await session.query(
      "SELECT table_schema AS s, table_name AS t FROM information_schema.tables WHERE table_schema NOT IN ('information_schema', 'pg_catalog', 'segsync') ORDER BY table_name",
    );
    const tables = [];
    for (const { s, t } of names) {
      const rows = await session.query(
        `SELECT CAST(r AS TEXT) AS line FROM ${quoted(s!)}.${quoted(t!)} AS r`,
      );
      tables.push({ s, t, rows: rows.map(({ line }) => line).sort() });
    }
    return tables;
  });
}

async function expectRight(
  product: Product,
  receiver: WebhookReceiver,
  each: HostileCase,
  people: readonly Person[],
  events: HostileCase['events'],
): Promise<void> {
  const membership = await product.membership();
  const membersOf = (name: string): Person[] =>
    people.filter((person) => segmentsOf(each)[name]!.holds(person, events));
  const quiet: readonly Person[] = Array.from({ length: QUIET }, (_, index) => {
    const nothing = { value: null, email: null, field: null, consent: null, side: null };
    return { key: `quiet${index + 1}`, ...nothing };
  });
  for (const [name, { holds }] of Object.entries(segmentsOf(each))) {
    const expected = [...quiet, ...people].filter((person) => holds(person, events)).map(({ key }) => key);
    expect([...membership.get(name)!].sort(), name).toEqual(expected.sort());
  }
  const consenting = membersOf('equal').filter(({ consent }) => consent === each.probes[6]);
  const audience = receiver.audiences.get(each.audience) ?? new Map();
  expect(new Map(audience)).toEqual(new Map(consenting.map((person) => [person.key, sentOf(each, person)])));
  expect(await linesOf(product, each)).toEqual(
    new Map(membersOf('did').map((person) => [person.key, sentOf(each, person)])),
  );
}

/** What a destination should have got of a person. */
function sentOf({ fieldNames, probes }: HostileCase, { email, field }: Person): unknown {
  return {
    identifiers: email === null ? {} : { email },
    fields: Object.fromEntries([
      [fieldNames[0], field],
      [fieldNames[1], probes[7]],
    ]),
  };
}

/** Each key's last line of the audience's file, whose name is percent-encoded (and cut, when it is long). */
async function linesOf(product: Product, { audience }: HostileCase): Promise<Map<string, unknown>> {
  const name = [...Buffer.from(audience)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[\w-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
  const text = await readFile(join(product.project.root, 'out', `${name}.ndjson`), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const { key, identifiers, fields } = JSON.parse(line) as Record<string, string>;
      return [key!, { identifiers, fields }];
    }),
  );
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: string | null): string {
  return value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
}
