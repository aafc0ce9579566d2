/** What must hold at every moment: looked at whenever a statement is committed and whenever a request moves. */

import type { Instant } from '../../src/instant.ts';
import type { Row, Statements } from '../../src/warehouse/warehouse.ts';
import type { HttpResponse } from '../../src/world.ts';
import type { Endpoint, Member, SentBatch, SentChange } from './endpoint.ts';
import { type SimulatedProcess, Violation } from './process.ts';
import { SYNCS } from './project.ts';
import { membersAt, type Segment, type ShopState } from './shop.ts';

interface LedgerRow {
  readonly state: string;
  readonly hash: string | null;
}

/** The state tables as they are committed. */
export interface Committed {
  /** Sync -> key -> row. */
  readonly ledger: ReadonlyMap<string, ReadonlyMap<string, LedgerRow>>;
  readonly membership: ReadonlyMap<string, ReadonlySet<string>>;
  readonly segments: ReadonlyMap<
    string,
    { readonly evaluatedAt: Instant; readonly tickId: bigint; readonly members: number }
  >;
  readonly syncs: ReadonlyMap<string, { readonly tickId: bigint; readonly members: number }>;
}

const NOTHING: Committed = {
  ledger: new Map(),
  membership: new Map(),
  segments: new Map(),
  syncs: new Map(),
};

const WRITTEN =
  /^(?:INSERT INTO|INTO|DELETE FROM|UPDATE) "?segsync"?\."?(ledger|membership|segments|syncs)\b/m;

interface Open {
  readonly process: SimulatedProcess;
  readonly change: string;
  /** On its way; otherwise it was given up or put off, and only the same may follow. */
  isInFlight: boolean;
}

export class Watch {
  committed: Committed = NOTHING;
  /** Requests that left, by process and sync: of those, a held sync has none. */
  readonly sent = new Map<string, number>();
  requests = 0;
  readonly #statements: Statements;
  readonly #endpoint: Endpoint;
  readonly #latest: () => Instant;
  /** Readers are told of whole runs. */
  #isTold = false;
  /** Sync -> what they were told last. */
  readonly #whole = new Map<string, string>();
  /** Sync and key -> the change that is open. */
  readonly #open = new Map<string, Open>();
  /** Sync and key -> the batch that brought it into the ledger. */
  readonly #first = new Map<string, string | null>();

  /** `latest` is the latest instant that the warehouse's clock ever showed. */
  constructor(statements: Statements, endpoint: Endpoint, latest: () => Instant) {
    this.#statements = statements;
    this.#endpoint = endpoint;
    this.#latest = latest;
  }

  async commit(statements: readonly string[], snapshot: ShopState): Promise<void> {
    const written = new Set(statements.flatMap((sql) => WRITTEN.exec(sql)?.[1] ?? []));
    if (written.size === 0) return;
    const before = this.committed;
    this.committed = {
      ledger: written.has('ledger') ? await this.#readLedger() : before.ledger,
      membership: written.has('membership') ? await this.#readMembership() : before.membership,
      segments: written.has('segments') ? await this.#readSegments() : before.segments,
      syncs: written.has('syncs') ? await this.#readSyncs() : before.syncs,
    };
    this.#checkTicks(before, snapshot);
    this.#checkSyncs();
    this.checkAudiences();
  }

  send(process: SimulatedProcess, batch: SentBatch): void {
    this.requests += 1;
    const count = `${process.name} ${batch.sync}`;
    this.sent.set(count, (this.sent.get(count) ?? 0) + 1);
    const { audience } = SYNCS[batch.sync]!;
    if (audience !== batch.audience) throw new Violation(`${batch.sync} sends to ${batch.audience}`);
    const seen = new Set<string>();
    for (const change of batch.changes) {
      if (seen.has(change.key)) throw new Violation(`one request carries key ${change.key} twice`);
      seen.add(change.key);
      this.#begin(process, batch, change);
    }
  }

  /** `answer` undefined: none came. */
  answer(process: SimulatedProcess, { sync, changes }: SentBatch, answer: HttpResponse | undefined): void {
    const isFinal = finalRows(answer, changes.length);
    changes.forEach(({ key }, index) => {
      const name = `${sync} ${key}`;
      const open = this.#open.get(name);
      if (open?.process !== process) return;
      if (isFinal(index)) this.#open.delete(name);
      else open.isInFlight = false;
    });
  }

  /** What of a process was open is no longer: it has ended. */
  end(process: SimulatedProcess): void {
    for (const [name, open] of this.#open) if (open.process === process) this.#open.delete(name);
  }

  #begin(process: SimulatedProcess, { sync, batch_id: batch }: SentBatch, change: SentChange): void {
    const { key, op } = change;
    const row = this.committed.ledger.get(sync)?.get(key);
    if (row?.state !== 'sending') {
      throw new Violation(`${sync} sends ${op} ${key}, which the ledger has as ${row?.state ?? 'nothing'}`);
    }
    const name = `${sync} ${key}`;
    if (op === 'remove' && this.#first.get(name) === batch) {
      throw new Violation(`${sync} removes ${key}, whom it never meant to add`);
    }
    const open = this.#open.get(name);
    const text = JSON.stringify([op, change.identifiers, change.fields]);
    // A request of a process that stood still until another had its lease cannot be called back.
    const isOwn = open?.process === process;
    if (isOwn && open.isInFlight) throw new Violation(`${sync} has two requests open for ${key}`);
    if (isOwn && open.change !== text) {
      throw new Violation(`${sync} sends another change of ${key} while one waits for its answer`);
    }
    this.#open.set(name, { process, change: text, isInFlight: true });
  }

  async #readLedger(): Promise<Committed['ledger']> {
    const ledger = new Map<string, Map<string, LedgerRow>>();
    const all = await this.#rows('sync, entity_key, state, payload_hash, batch_id', 'ledger');
    for (const { sync, entity_key: key, state, payload_hash: hash, batch_id: batch } of all) {
      const rows = ledger.get(sync!) ?? new Map<string, LedgerRow>();
      if (rows.has(key!)) throw new Violation(`${sync}: the ledger has ${key} twice`);
      ledger.set(sync!, rows.set(key!, { state: state!, hash: hash! }));
      if (!this.committed.ledger.get(sync!)?.has(key!)) this.#first.set(`${sync} ${key}`, batch!);
    }
    return ledger;
  }

  async #readMembership(): Promise<Committed['membership']> {
    const membership = new Map<string, Set<string>>();
    for (const { segment, entity_key: key } of await this.#rows('segment, entity_key', 'membership')) {
      const members = membership.get(segment!) ?? new Set<string>();
      if (members.has(key!)) throw new Violation(`${segment} has ${key} twice`);
      membership.set(segment!, members.add(key!));
    }
    return membership;
  }

  async #readSegments(): Promise<Committed['segments']> {
    const rows = await this.#rows(
      'segment, epoch_us(evaluated_at) AS at, tick_id, members, watermarks',
      'segments',
    );
    return new Map(
      rows.map(({ segment, at, tick_id: tick, members, watermarks }) => {
        this.#checkWatermarks(segment!, BigInt(at!), watermarks!);
        return [segment!, { evaluatedAt: BigInt(at!), tickId: BigInt(tick!), members: Number(members) }];
      }),
    );
  }

  async #readSyncs(): Promise<Committed['syncs']> {
    const rows = await this.#rows('sync, tick_id, members', 'syncs');
    return new Map(
      rows.map(({ sync, tick_id: tick, members }) => [
        sync!,
        { tickId: BigInt(tick ?? 0), members: Number(members) },
      ]),
    );
  }

  #rows(columns: string, table: string): Promise<Row[]> {
    return this.#statements.query(`SELECT ${columns} FROM segsync.${table}`);
  }

  #checkWatermarks(segment: string, t0: Instant, text: string): void {
    const watermarks = JSON.parse(text) as Record<string, { at: string | null }>;
    for (const [table, { at }] of Object.entries(watermarks)) {
      if (at !== null && BigInt(at) > t0)
        throw new Violation(`${segment}: the watermark of ${table} is past T0`);
    }
  }

  /** Where a tick was committed, the members are those that the tables gave, in its snapshot, at T0. */
  #checkTicks(before: Committed, snapshot: ShopState): void {
    for (const [segment, now] of this.committed.segments) {
      const own = membersOf(this.committed, segment);
      const last = before.segments.get(segment);
      if (last?.evaluatedAt === now.evaluatedAt && own === membersOf(before, segment)) continue;
      if (now.evaluatedAt > this.#latest()) throw new Violation(`${segment}: T0 is ahead of the clock`);
      if (last && now.evaluatedAt < last.evaluatedAt) throw new Violation(`${segment}: T0 went back`);
      if (last && now.tickId < last.tickId) throw new Violation(`${segment}: its tick went back`);
      const meant = shown(membersAt(snapshot, now.evaluatedAt)[segment as Segment]);
      if (own !== meant) throw new Violation(`${segment} has ${own} where its tables mean ${meant}`);
      const size = this.committed.membership.get(segment)?.size ?? 0;
      if (now.members !== size)
        throw new Violation(`${segment} counts ${now.members} members, and has ${size}`);
    }
  }

  #checkSyncs(): void {
    for (const [sync, { tickId, members }] of this.committed.syncs) {
      const segment = this.committed.segments.get(SYNCS[sync]!.segment);
      if (tickId > (segment?.tickId ?? 0n)) throw new Violation(`${sync} is ahead of its segment`);
      const rows = this.committed.ledger.get(sync)?.size ?? 0;
      if (members !== rows)
        throw new Violation(`${sync}: ${members} members are counted, ${rows} in the ledger`);
    }
  }

  /**
   * What manifests tell has changed, or not: it is what some whole run had delivered. From now on audiences lag behind the
   * ledger, until they are told.
   */
  told(): void {
    this.#isTold = true;
    for (const [sync, { audience }] of Object.entries(SYNCS)) {
      const there = [...this.#endpoint.of(audience)].map(([key, { hash }]) => `${key} ${hash}`).sort();
      const known = this.#whole.get(sync) ?? '';
      const now = there.join();
      if (now === known) continue;
      const rows = [...(this.committed.ledger.get(sync) ?? [])];
      const delivered = rows.map(([key, { state, hash }]) =>
        state === 'delivered' ? `${key} ${hash}` : key,
      );
      if (now !== delivered.sort().join()) throw new Violation(`${sync}: half a run is told: ${now}`);
      this.#whole.set(sync, now);
    }
  }

  /** `delivered` is never ahead of the audience, and the audience never ahead of `sending` and `delivered`. */
  checkAudiences(): void {
    if (this.#isTold) return;
    for (const [sync, { audience }] of Object.entries(SYNCS)) {
      const rows = this.committed.ledger.get(sync) ?? new Map<string, LedgerRow>();
      const there = this.#endpoint.of(audience);
      for (const [key, { state, hash }] of rows) {
        if (state !== 'delivered' || hash === null) continue;
        const member = there.get(key);
        if (!member) throw new Violation(`${sync}: ${key} is delivered, but not in the audience`);
        if (member.hash !== hash) throw new Violation(`${sync}: ${key} is delivered, but in another form`);
      }
      for (const [key, member] of there) {
        if (!rows.has(key) && !isForeign(member)) {
          throw new Violation(`${sync}: ${key} is in the audience, and the ledger does not know`);
        }
      }
    }
  }
}

/** Which rows of a request need not be asked for again. */
function finalRows(answer: HttpResponse | undefined, rows: number): (index: number) => boolean {
  if (!answer || answer.status === 401 || answer.status === 429 || answer.status >= 500) return () => false;
  if (answer.status >= 400) return () => rows === 1;
  if (answer.body === '') return () => true;
  const { errors } = JSON.parse(answer.body) as { errors: { index: number; retryable: boolean }[] };
  return (index) => !errors.some((error) => error.index === index && error.retryable);
}

export function isForeign(member: Member): boolean {
  return member.fields.name === 'somebody else';
}

function membersOf({ membership }: Committed, segment: string): string {
  return shown(membership.get(segment) ?? new Set());
}

function shown(keys: ReadonlySet<string>): string {
  return [...keys].sort((a, b) => Number(a) - Number(b)).join(' ');
}
