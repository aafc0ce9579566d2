/**
 * A small shop for histories told by hand: SQL changes it, ticks follow, and after each one the members of every
 * segment are named. All instants are UTC of 2026-03-02 unless they say their day.
 */
import { expect } from 'vitest';
import { type Instant, parseInstant, utcParts } from '../../src/instant.ts';
import type { RunReport, SegmentResult } from '../../src/report/results.ts';
import { audienceOf, type Line, Product, type ProjectFiles } from '../brute-force/product.ts';
import type { Engine } from '../engines.ts';

/** Segment -> its condition as YAML, in one line; or `query: SELECT ...`. */
export type Conditions = Readonly<Record<string, string>>;

export interface Setup {
  /** Replaces the lines of the entity's own table. */
  readonly entity?: string;
  readonly scores?: string;
  /** Lines of more sources of the entity. */
  readonly sources?: readonly string[];
  /** Statements that make more tables. */
  readonly tables?: readonly string[];
  /** What a sync to files says besides `to:`. */
  readonly sync?: string;
}

/** The quiet customer: a row in every table, the last to change before every tick. */
const QUIET = 900;
const CURSORS = {
  customers: 'updated_at',
  scores: 'scored_at',
  consents: 'changed_at',
  events: 'seen_at',
  refunds: 'updated_at',
  visits: 'loaded_at',
} as const;

const TABLES = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customers (id BIGINT, plan TEXT, born DATE, renews_at TIMESTAMPTZ, updated_at TIMESTAMPTZ)',
  'CREATE TABLE shop.scores (customer_id BIGINT, score DOUBLE PRECISION, label TEXT, scored_at TIMESTAMPTZ)',
  'CREATE TABLE shop.consents (customer_id BIGINT, ads BOOLEAN, email TEXT, changed_at TIMESTAMPTZ)',
  'CREATE TABLE shop.events (customer_id BIGINT, name TEXT, happened_at TIMESTAMPTZ, amount DECIMAL(18, 4), weight DOUBLE PRECISION, ends_at TIMESTAMPTZ, seen_at TIMESTAMPTZ)',
  'CREATE TABLE shop.refunds (customer_id BIGINT, kind TEXT, happened_at TIMESTAMPTZ, updated_at TIMESTAMPTZ)',
  'CREATE TABLE shop.orders (customer_id BIGINT, status TEXT, version BIGINT)',
  'CREATE TABLE shop.visits (customer_id BIGINT, visited_on DATE, loaded_at TIMESTAMPTZ)',
];

/** `10:00`, `10:00:00.000001`, `2026-03-29 10:00` -> an instant. */
export function at(text: string): Instant {
  return parseInstant(text.includes('-') ? text : `2026-03-02 ${text}`, 'UTC')!;
}

/** The same as a literal of SQL. */
export function sql(text: string): string {
  const { date, time } = utcParts(at(text));
  return `CAST('${date} ${time}+00' AS TIMESTAMPTZ)`;
}

export class Story {
  readonly product: Product;
  readonly #setup: Setup;
  #stirs = true;
  #begun = false;

  private constructor(product: Product, setup: Setup) {
    this.product = product;
    this.#setup = setup;
  }

  /** A fresh database with customers 1, 2 and 3 (plan `pro`) and the quiet one. */
  static async begin(engine: Engine, conditions: Conditions, setup: Setup = {}): Promise<Story> {
    const product = await Product.open(engine, filesOf(conditions, setup), at('08:00'), { held: true });
    await product.execute([...TABLES, ...(setup.tables ?? []), ...firstRows()]);
    return new Story(product, setup);
  }

  /** The quiet customer's rows stay as they are from now on. */
  stayQuiet(): this {
    this.#stirs = false;
    return this;
  }

  async change(...statements: string[]): Promise<void> {
    await this.product.execute(statements);
  }

  /** The segments are defined anew. */
  edit(conditions: Conditions): Promise<void> {
    return this.product.edit(filesOf(conditions, this.#setup));
  }

  /**
   * A tick at `now`, of all segments or those named in `expected`. Members and audiences must be the keys given;
   * from the second on, the tick must be incremental unless `mode` says otherwise.
   */
  async tick(
    now: string,
    expected: Readonly<Record<string, readonly number[]>>,
    options: { full?: boolean; mode?: SegmentResult['mode']; only?: boolean } = {},
  ): Promise<RunReport> {
    if (this.#stirs) await this.#stir(now);
    const segments = options.only ? { segments: new Set(Object.keys(expected)) } : {};
    const report = await this.product.tick(at(now), { full: options.full ?? false, ...segments });
    expect(report.segments.filter(({ error }) => error)).toEqual([]);
    expect(report.status).toBe('done');
    await this.expectMembers(expected);
    const mode = options.mode ?? (this.#begun ? 'incremental' : 'full');
    if (mode === 'incremental') expect(report.segments.map((each) => each.mode)).not.toContain('full');
    else expect(report.segments.map((each) => each.mode)).toContain(mode);
    this.#begun = true;
    return report;
  }

  async expectMembers(expected: Readonly<Record<string, readonly number[]>>): Promise<void> {
    const membership = await this.product.membership();
    for (const [segment, keys] of Object.entries(expected)) {
      const found = [...(membership.get(segment) ?? [])].map(Number).filter((key) => key !== QUIET);
      expect(found.sort(), segment).toEqual(keys);
    }
  }

  /** Keys and fields that the audience of a segment holds now, the quiet customer left out. */
  async audience(segment: string): Promise<Record<string, Line['fields']>> {
    const audience = audienceOf(await this.product.lines(segment));
    audience.delete(String(QUIET));
    return Object.fromEntries(audience);
  }

  end(): Promise<void> {
    return this.product.close();
  }

  async #stir(now: string): Promise<void> {
    await this.change(
      ...Object.entries(CURSORS).map(
        ([table, cursor]) =>
          `UPDATE shop.${table} SET ${cursor} = ${sql(now)} WHERE ${table === 'customers' ? 'id' : 'customer_id'} = ${QUIET}`,
      ),
    );
  }
}

function firstRows(): string[] {
  const early = sql('06:00');
  const lately = sql('07:50');
  return [
    `INSERT INTO shop.customers VALUES (1, 'pro', NULL, NULL, ${early}), (2, 'pro', NULL, NULL, ${early}), (3, 'pro', NULL, NULL, ${early}), (${QUIET}, NULL, NULL, NULL, ${lately})`,
    `INSERT INTO shop.scores VALUES (${QUIET}, NULL, NULL, ${lately})`,
    `INSERT INTO shop.consents VALUES (${QUIET}, NULL, NULL, ${lately})`,
    `INSERT INTO shop.events VALUES (${QUIET}, 'quiet', NULL, NULL, NULL, NULL, ${lately})`,
    `INSERT INTO shop.refunds VALUES (${QUIET}, 'quiet', NULL, ${lately})`,
    `INSERT INTO shop.visits VALUES (${QUIET}, NULL, ${lately})`,
  ];
}

function filesOf(conditions: Conditions, setup: Setup): ProjectFiles {
  return (target) => {
    const files = new Map([
      ['segsync.yaml', projectText(JSON.stringify(target), setup)],
      ['destinations/files.yaml', 'type: file\ndirectory: out\nformat: ndjson\n'],
    ]);
    for (const [segment, condition] of Object.entries(conditions)) {
      const sync = `{to: files, ${setup.sync ?? 'fields: {plan: {trait: plan}}'}}`;
      files.set(
        `segments/${segment}.yaml`,
        `entity: customer\ntier: hourly\n${definition(condition)}\nsync: [${sync}]\nguards: {min_guarded_size: 1000}\n`,
      );
    }
    return files;
  };
}

function definition(condition: string): string {
  return condition.startsWith('query: ') ? condition : `where: ${condition}`;
}

function projectText(target: string, setup: Setup): string {
  const scores = (column: string): string =>
    `{table: shop.scores, key: customer_id, column: ${column}, ${setup.scores ?? 'cursor: scored_at'}}`;
  return `version: 1
project: story
timezone: Europe/Berlin
default_target: test
targets: {test: ${target}}
entities:
  customer:
    ${setup.entity ?? 'table: shop.customers\n    cursor: updated_at'}
    key: id
    traits:
      score: ${scores('score')}
      label: ${scores('label')}
      ads: {table: shop.consents, key: customer_id, column: ads, cursor: changed_at}
      email: {table: shop.consents, key: customer_id, column: email, cursor: changed_at}
    identifiers:
      external_id: {trait: id, kind: external_id}
      email: {trait: email, kind: email}
    sources:
      events: {table: shop.events, split: name, key: customer_id, time: happened_at, cursor: seen_at}
      refunds: {table: shop.refunds, where: {kind: full}, key: customer_id, time: happened_at, cursor: updated_at}
      orders: {table: shop.orders, key: customer_id, cursor: {column: version, overlap: 2}}
      visits: {table: shop.visits, key: customer_id, time: visited_on, cursor: loaded_at}
${(setup.sources ?? []).map((line) => `      ${line}\n`).join('')}`;
}
