/** A project with one sync, played by the whole program against a vendor whose API is simulated. */
import { expect } from 'vitest';
import { openRig, type Rig } from '../chaos/rig.ts';
import { engines } from '../engines.ts';
import type { Person, Sided } from './vendor.ts';

export const PEOPLE: readonly Person[] = [
  { key: '1', email: ' Ada@Example.com', phone: '+49 151 12345678' },
  { key: '2', email: 'grace.hopper+ads@example.com' },
  { key: '3', email: 'zoë@example.com', phone: '+33 6 12 34 56 78' },
  { key: "o'4", email: 'twin@example.com' },
  { key: '5', email: 'twin@example.com' },
  { key: '6', email: 'last@example.com', phone: '+1 (650) 253-0000' },
  { key: '7' },
  { key: '8', email: 'eve@example.com', phone: '+44 20 7946 0018' },
];

export interface SyncReport {
  readonly delivered: { readonly add: number; readonly remove: number; readonly update: number };
  readonly rejected: number;
  readonly waiting: number;
  readonly unmatchable: number;
}

/** A project whose rows are `shop.customers`, and who of them is active. Its segment and its sync are `active.ads`. */
export class Played<V extends Sided> {
  readonly people = new Map<string, Person & { readonly active: boolean }>();

  protected constructor(
    readonly rig: Rig,
    readonly vendor: V,
  ) {}

  /** `sync`: what its sync says beside where it goes, by whom it matches, and its field. */
  protected static async open({ file, match, field }: Sided, sync = ''): Promise<Rig> {
    const fields = field ? `, fields: {${field.name}: plan}` : '';
    const rig = await openRig(engines.find((each) => each.name === 'duckdb')!, ({ target }) => ({
      'segsync.yaml': projectText(target),
      'segments/active.yaml': `entity: customer\nwhere: {trait: active, eq: true}\nsync: [{to: ads, match: [${match}]${fields}${sync}}]\n`,
      'destinations/ads.yaml': file,
    }));
    await rig.change([
      'CREATE SCHEMA shop',
      'CREATE TABLE shop.customers (id TEXT, email TEXT, phone TEXT, plan TEXT, active BOOLEAN, updated_at TIMESTAMPTZ)',
    ]);
    return rig;
  }

  async end(): Promise<void> {
    await this.rig.drop();
    await this.vendor.simulator.close();
  }

  /** One run; its result for the sync. */
  async run(exit = 0, ...args: string[]): Promise<SyncReport> {
    const { rig, vendor } = this;
    const ended = await rig.call(['run', '--all', '--json', ...args], vendor.environment);
    expect(ended.exit, ended.stdout + ended.stderr).toBe(exit);
    for (const secret of Object.values(vendor.environment))
      expect(ended.stdout + ended.stderr).not.toContain(secret);
    return JSON.parse(ended.stdout).syncs[0];
  }

  /** What `segsync status` says of the sync. */
  async status(): Promise<Record<string, unknown>> {
    const ended = await this.rig.call(['status', '--json'], this.vendor.environment);
    return JSON.parse(ended.stdout).syncs[0];
  }

  /** Runs until nothing waits; what they did together. */
  async settle(...args: string[]): Promise<SyncReport> {
    let sum = await this.run(0, ...args);
    for (let runs = 1; sum.waiting > 0 && runs < 5; runs++) {
      const next = await this.run();
      const { add, remove, update } = next.delivered;
      sum = {
        ...next,
        unmatchable: Math.max(sum.unmatchable, next.unmatchable),
        rejected: sum.rejected + next.rejected,
        delivered: {
          add: sum.delivered.add + add,
          remove: sum.delivered.remove + remove,
          update: sum.delivered.update + update,
        },
      };
    }
    return sum;
  }

  /** How many requests that change members came meanwhile. */
  async changesOf(work: () => Promise<unknown>): Promise<number> {
    const { simulator } = this.vendor;
    const before = simulator.calls.length;
    await work();
    return simulator.calls.slice(before).filter(simulator.isChange).length;
  }

  person(key: string): Person {
    return this.people.get(key)!;
  }

  async insert(...people: readonly Person[]): Promise<void> {
    for (const person of people) this.people.set(person.key, { ...person, active: true });
    await this.rig.change([`INSERT INTO shop.customers VALUES ${people.map(rowOf).join(', ')}`]);
  }

  enter(...keys: string[]): Promise<void> {
    return this.set(keys, { active: true }, 'active = TRUE');
  }

  leave(...keys: string[]): Promise<void> {
    return this.set(keys, { active: false }, 'active = FALSE');
  }

  move(key: string, email: string): Promise<void> {
    return this.set([key], { email }, `email = ${text(email)}`);
  }

  promote(key: string, plan: string): Promise<void> {
    return this.set([key], {}, `plan = ${text(plan)}`);
  }

  private async set(keys: string[], change: Partial<Person & { active: boolean }>, sql: string) {
    for (const key of keys) this.people.set(key, { ...this.people.get(key)!, ...change });
    const list = keys.map(text).join(', ');
    await this.rig.change([`UPDATE shop.customers SET ${sql}, updated_at = now() WHERE id IN (${list})`]);
  }

  /** An hour goes by for what the state remembers. */
  age(): Promise<void> {
    const earlier = (column: string): string => `${column} = ${column} - INTERVAL '1 hour'`;
    return this.rig.change([
      `UPDATE segsync.ledger SET ${earlier('delivered_at')}`,
      `UPDATE segsync.rejections SET ${earlier('first_at')}, ${earlier('next_at')}`,
    ]);
  }

  protected isMatchable({ key, email, phone }: Person): boolean {
    const has = { external_id: key, email, phone };
    return this.vendor.match.some((name) => has[name as keyof typeof has] !== undefined);
  }
}

const text = (value: string | undefined): string =>
  value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`;

const rowOf = ({ key, email, phone }: Person): string =>
  `(${text(key)}, ${text(email)}, ${text(phone)}, 'silver', TRUE, now())`;

const projectText = (target: unknown): string => `version: 1
project: ads
default_target: test
targets: {test: ${JSON.stringify(target)}}
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    identifiers:
      email: {trait: email, kind: email}
      phone: {trait: phone, kind: phone}
      external_id: {trait: id, kind: external_id}
`;
