/**
 * A company with people and one segment, written straight into a warehouse and the state tables, and processes that
 * deliver its sync: each with its own world, leases and end.
 */

import type { Roster } from '../../src/compile/roster.ts';
import type { Mode, Project, Sync } from '../../src/config/project.ts';
import { type Behind, readBehind } from '../../src/deliver/behind.ts';
import type { Delivery } from '../../src/deliver/context.ts';
import { leaseName } from '../../src/deliver/context.ts';
import { deliverSync } from '../../src/deliver/deliver.ts';
import { explainSync } from '../../src/deliver/explain.ts';
import { Promised } from '../../src/deliver/promised.ts';
import { Lane } from '../../src/deliver/rate.ts';
import { type Duration, formatInstant, HOUR, MINUTE, SECOND } from '../../src/instant.ts';
import type { SyncResult } from '../../src/report/results.ts';
import type { StateTables } from '../../src/state/sql.ts';
import { openState } from '../../src/state/state.ts';
import { sliceOf } from '../../src/warehouse/layout.ts';
import type { Session } from '../../src/warehouse/warehouse.ts';
import { WarehouseError } from '../../src/warehouse/warehouse.ts';
import type { World } from '../../src/world.ts';
import type { Engine, Opened } from '../engines.ts';
import { quickWorld } from './quick-world.ts';
import type { Receiver } from './receiver.ts';

export interface Person {
  readonly key: string;
  email: string | null;
  name: string;
  consents: boolean;
  member: boolean;
}

export interface Mapping {
  readonly mode?: Mode;
  readonly consent?: boolean;
  readonly fields?: readonly 'name'[];
  readonly guards?: Partial<Sync['guards']>;
}

const PLACE = { file: '/p/segments/s.yaml', line: 1, column: 1 };
export const SYNC = 's.dest';

export class Company {
  readonly people = new Map<string, Person>();
  readonly opened: Opened;
  readonly tables: StateTables;
  #tick = 0n;
  #processes = 0;

  private constructor(opened: Opened, tables: StateTables) {
    this.opened = opened;
    this.tables = tables;
  }

  static async found(engine: Engine): Promise<Company> {
    const opened = await engine.open();
    const { session, warehouse } = opened;
    const { world } = quickWorld(0);
    const { tables } = await openState({ session, warehouse, schema: 'segsync', world, access: 'write' });
    await session.execute('CREATE TABLE people (id TEXT, email TEXT, name TEXT, consents BOOLEAN)');
    await session.execute(
      `INSERT INTO ${tables.name('segments')} (segment, entity, tier, tick_id) VALUES ('s', 'person', 'frequent', 0)`,
    );
    return new Company(opened, tables);
  }

  close(): Promise<void> {
    return this.opened.drop();
  }

  /** Writes people as they are now, and what a tick would commit: who entered, who left, whose row changed. */
  async tick(changed: readonly Person[], causedAgo: Duration = 0n): Promise<void> {
    const { session } = this.opened;
    if (changed.length === 0) return;
    this.#tick++;
    const before = new Map([...this.people].map(([key, person]) => [key, person.member]));
    const keys = changed.map(({ key }) => `'${key}'`).join(', ');
    for (const person of changed) this.people.set(person.key, { ...person });
    const t = await session.now();
    const [now, causedAt] = [formatInstant(t), formatInstant(t - causedAgo)];
    const tick = this.#tick.toString();
    await session.transaction(async (transaction) => {
      await transaction.execute(`DELETE FROM people WHERE id IN (${keys})`);
      const rows = changed.map(({ key, email, name, consents }) => [key, email, name, String(consents)]);
      await transaction.writeRows('people', ['id', 'email', 'name', 'consents'], rows);
      await transaction.execute(
        `DELETE FROM ${this.tables.name('membership')} WHERE entity_key IN (${keys})`,
      );
      const members = changed.filter(({ member }) => member);
      await transaction.writeRows(
        this.tables.name('membership'),
        ['segment', 'entity_key', 'entered_at', 'tick_id', ...(this.tables.sliced ? ['slice'] : [])],
        members.map(({ key }) => [
          's',
          key,
          now,
          tick,
          ...(this.tables.sliced ? [String(sliceOf('s'))] : []),
        ]),
      );
      const changes = changed.flatMap(({ key, member }) => {
        const op = opOf(before.get(key) ?? false, member);
        return op ? [[tick, 's', key, op, causedAt, now]] : [];
      });
      await transaction.writeRows(
        this.tables.name('changes'),
        ['tick_id', 'segment', 'entity_key', 'op', 'caused_at', 'evaluated_at'],
        changes,
      );
      await transaction.execute(`UPDATE ${this.tables.name('segments')} SET tick_id = ${tick}`);
    });
  }

  /** One process that delivers once. `crash()` ends it as SIGKILL would: nothing more of it reaches the warehouse. */
  async process(
    receiver: Receiver,
    mapping: Mapping = {},
    options: Partial<Delivery> = {},
  ): Promise<Process> {
    const { world, slow, end } = quickWorld(++this.#processes);
    const life = { ended: false };
    const session = mortal(this.opened.session, life);
    const { warehouse } = this.opened;
    const state = await openState({ session, warehouse, schema: 'segsync', world: slow, access: 'write' });
    const { held } = await state.leases.acquire([leaseName(SYNC)], { waitMs: 0 });
    if (held.size === 0) throw new Error('another process holds the lease');
    const delivery: Omit<Delivery, 'behind'> = {
      world,
      statements: session,
      label: 'segsync test',
      tables: state.tables,
      project: projectOf(mapping),
      sync: syncOf(mapping),
      destination: { session: receiver, manifest: receiver.manifest() },
      sends: true,
      roster: ROSTER,
      now: await session.now(),
      full: false,
      leases: state.leases,
      lane: new Lane(world, receiver.limits),
      runId: `run-${this.#processes}`,
      readAt: world.clock.monotonic(),
      promised: new Promised(60_000),
      signal: new AbortController().signal,
      onProgress: () => {},
      ...options,
    };
    const behind = (): Promise<Behind> => readBehind(session, state.tables, [delivery.sync], delivery);
    return {
      world,
      explain: async () => explainSync({ ...delivery, behind: await behind() }),
      crash() {
        life.ended = true;
        end();
      },
      async run() {
        const result = await deliverSync({ ...delivery, behind: await behind() });
        if (!life.ended) await state.leases.release();
        end();
        return result;
      },
    };
  }

  /** One whole run of a process of its own. */
  async deliver(receiver: Receiver, mapping?: Mapping, options?: Partial<Delivery>): Promise<SyncResult> {
    return (await this.process(receiver, mapping, options)).run();
  }

  /** Rows of a state table, their columns joined by blanks, in order. */
  async rows(
    table: 'ledger' | 'rejections' | 'syncs' | 'batches',
    columns: string,
    where = '1 = 1',
  ): Promise<string[]> {
    const rows = await this.opened.session.query(
      `SELECT ${columns} FROM ${this.tables.from(table)} AS t WHERE ${where} ORDER BY ${columns}`,
    );
    return rows.map((row) => Object.values(row).join(' '));
  }
}

export interface Process {
  readonly world: World;
  explain(): Promise<SyncResult>;
  crash(): void;
  run(): Promise<SyncResult>;
}

function opOf(was: boolean, is: boolean): string | undefined {
  if (was === is) return is ? 'touch' : undefined;
  return is ? 'enter' : 'exit';
}

/** A session that fails at everything once its process has ended. */
function mortal(session: Session, life: { ended: boolean }): Session {
  const alive = <A extends unknown[], T>(work: (...args: A) => T): ((...args: A) => T) => {
    return (...args) => {
      if (life.ended) throw new WarehouseError('statement', 'the process has ended');
      return work(...args);
    };
  };
  return {
    ...session,
    now: alive(session.now),
    query: alive(session.query),
    execute: alive(session.execute),
    stream: alive(session.stream),
    transaction: alive((work, options) =>
      session.transaction(async (transaction) => {
        const result = await work(transaction);
        if (life.ended) throw new WarehouseError('statement', 'the process has ended');
        return result;
      }, options),
    ),
  };
}

const ROSTER: Roster = {
  identifiers: [{ name: 'email', kind: 'email', column: 'i_0' }],
  fields: [{ name: 'name', type: 'text', column: 'f_0' }],
  sql: (keys) =>
    `SELECT wanted.entity_key, people.consents AS consented, people.email AS i_0, people.name AS f_0
     FROM ${keys} AS wanted JOIN people ON people.id = wanted.entity_key`,
};

function syncOf({ mode = 'mirror', consent = true, guards = {} }: Mapping): Sync {
  return {
    name: SYNC,
    segment: 's',
    destination: 'dest',
    audience: 's',
    mode,
    match: ['email'],
    fields: new Map([['name', { trait: 'name' }]]),
    ...(consent
      ? {
          consent: {
            trait: 'consents',
            test: { op: 'eq', value: { type: 'boolean', value: true }, place: PLACE },
          },
        }
      : {}),
    tier: 'frequent',
    guards: { maxRemove: '100', maxAdd: '100000', minGuardedSize: 1000, ...guards },
    place: PLACE,
  };
}

function projectOf(mapping: Mapping): Project {
  const relation = { kind: 'table', parts: ['people'] } as const;
  const identifier = { name: 'email', trait: 'email', kind: 'email', place: PLACE };
  const entity = { name: 'person', relation, key: 'id', place: PLACE, traits: new Map(), sources: new Map() };
  const segment = {
    name: 's',
    file: 's.yaml',
    entity: 'person',
    tier: 'frequent',
    tags: [],
    allowFull: false,
  };
  return {
    root: '/p',
    name: 'test',
    timezone: 'UTC',
    targets: new Map(),
    defaultTarget: 'dev',
    state: { schema: 'segsync', retain: 90n * 24n * HOUR },
    entities: new Map([['person', { ...entity, identifiers: new Map([['email', identifier]]) }]]),
    tiers: new Map([['frequent', { name: 'frequent', every: 20n * SECOND, freshWithin: 15n * MINUTE }]]),
    segments: new Map([['s', { ...segment, where: { kind: 'all', of: [], place: PLACE }, place: PLACE }]]),
    destinations: new Map(),
    syncs: new Map([[SYNC, syncOf(mapping)]]),
  };
}
