/** What Databricks' documentation says of transactions over several statements, done over the stand-in. */
import { COORDINATED } from '../../src/warehouse/databricks/layout.ts';
import { Refusal, rowOf } from './databricks-own.ts';
import type { Answer, StandIn } from './stand-in.ts';

export interface Session {
  readonly id: string;
  readonly configuration: Readonly<Record<string, string>>;
  /** As a workspace that nobody has set, at first. */
  zone: string;
  /** `begun`: BEGIN was said; `open`: the stand-in's own transaction runs; `broken`: only ROLLBACK is taken. */
  transaction: 'none' | 'begun' | 'open' | 'broken';
  /** How often tables had been changed when the transaction first saw them. */
  readonly seen: Map<string, number>;
  /** Tables whose rows it has changed. */
  readonly changed: Set<string>;
  /** One statement at a time on the stand-in's connection. */
  turn: Promise<unknown>;
}

export const COMMENTS = /^(?:\s*--[^\n]*\n)+/;
const DML = /^(INSERT INTO|UPDATE|DELETE FROM|MERGE INTO)\s+(\S+)/;
const NAMES = /\b\w+\.\w+\b/g;
const TEXTS = /'(?:[^'\\]|\\.)*'/g;
const NOTHING: Answer = { columns: [], rows: [], changed: 0 };
const NOT_IN_ONE = '0A000';

export class Rules {
  readonly #standIn: StandIn;
  /** How often each table was changed that the catalog coordinates. */
  readonly #versions = new Map<string, number>();

  constructor(standIn: StandIn) {
    this.#standIn = standIn;
  }

  /** On the stand-in's connection of the session, after whatever runs there. */
  inTurn<T>(session: Session, work: () => Promise<T>): Promise<T> {
    const result = session.turn.then(work);
    session.turn = result.catch(() => undefined);
    return result;
  }

  async say(session: Session, sql: string): Promise<Answer> {
    if (sql !== 'BEGIN TRANSACTION')
      return this.inTurn(session, () => this.#finish(session, sql as 'COMMIT' | 'ROLLBACK'));
    if (session.transaction !== 'none')
      throw new Refusal('[TRANSACTION_NOT_SUPPORTED.NESTED_TRANSACTION] Nested transactions.', NOT_IN_ONE);
    session.transaction = 'begun';
    return NOTHING;
  }

  /** Throws what Databricks would refuse. */
  check({ transaction }: Session, sql: string): void {
    const bare = sql.replace(COMMENTS, '').trimStart().replaceAll(TEXTS, "''");
    const [, verb, table] = DML.exec(bare) ?? [];
    // Brackets with what is in them apart, an UPDATE has no FROM.
    if (verb === 'UPDATE' && /\bFROM\b/.test(bare.replaceAll(/\((?:[^()]|\([^()]*\))*\)/g, '')))
      throw new Refusal("[PARSE_SYNTAX_ERROR] Syntax error at or near 'FROM'.", '42601');
    if (verb === 'MERGE INTO' && /\) AS \w+ \([^()]*\)\s*\nON /.test(bare))
      throw new Refusal('[COLUMN_ALIASES_NOT_ALLOWED] Column aliases are not allowed in MERGE.', '42601');
    if (transaction === 'none') return;
    if (transaction === 'broken')
      throw new Refusal('[TRANSACTION_ABORTED] The transaction has to be rolled back.', '25P02');
    const [command] = bare.split(/\s/);
    if (!/^(SELECT|WITH|INSERT|UPDATE|DELETE|MERGE)$/.test(command!))
      throw new Refusal(
        `[TRANSACTION_NOT_SUPPORTED.COMMAND] Command ${command} is not supported.`,
        NOT_IN_ONE,
      );
    if (/information_schema\./.test(bare))
      throw new Refusal('[TRANSACTION_NOT_SUPPORTED.INFORMATION_SCHEMA_TABLE] Not supported.', NOT_IN_ONE);
    // Others are a test's own, which stand for what somebody else loads.
    if (table && /^segsync\./i.test(table) && !this.#versions.has(table.toLowerCase()))
      throw new Refusal(
        `[TRANSACTION_NOT_SUPPORTED.WRITE_NON_CATALOG_OWNED_TABLE] Table ${table} is not coordinated.`,
        NOT_IN_ONE,
      );
  }

  /** Runs `own` for a statement. */
  run(session: Session, sql: string, own: string): Promise<Answer> {
    const bare = sql.replace(COMMENTS, '').trimStart();
    const [, verb, named] = DML.exec(bare) ?? [];
    const table = named?.toLowerCase();
    return this.inTurn(session, async () => {
      if (session.transaction === 'begun') {
        await this.#standIn.run('BEGIN TRANSACTION', session.id);
        session.transaction = 'open';
      }
      const isInside = session.transaction === 'open';
      if (isInside) this.#see(session, bare);
      const answer = await this.#standIn.run(own, session.id);
      const created = /^CREATE TABLE (?:IF NOT EXISTS )?(\S+) /.exec(bare)?.[1]?.toLowerCase();
      if (created && bare.includes(COORDINATED) && !this.#versions.has(created))
        this.#versions.set(created, 0);
      if (table === undefined) return /^(CREATE|DROP)\b/.test(bare) ? NOTHING : answer;
      // Rows that are added without a look at what is there are in nobody's way.
      const isBlind =
        verb === 'INSERT INTO' && !bare.slice(`${verb} ${table}`.length).toLowerCase().includes(table);
      if (isBlind || !this.#versions.has(table)) return counted(answer);
      if (isInside) session.changed.add(table);
      else this.#grow(table);
      return counted(answer);
    });
  }

  #see({ seen }: Session, bare: string): void {
    for (const [name] of bare.toLowerCase().matchAll(NAMES)) {
      const version = this.#versions.get(name);
      if (version !== undefined && !seen.has(name)) seen.set(name, version);
    }
  }

  async #finish(session: Session, how: 'COMMIT' | 'ROLLBACK'): Promise<Answer> {
    const { transaction, changed, seen } = session;
    if (how === 'COMMIT' && transaction === 'none')
      throw new Refusal('[NO_ACTIVE_TRANSACTION] There is no active transaction.', '25000');
    const late = [...changed].find((table) => this.#versions.get(table) !== seen.get(table));
    const isDone = how === 'COMMIT' && late === undefined;
    if (transaction === 'open') await this.#standIn.run(isDone ? 'COMMIT' : 'ROLLBACK', session.id);
    if (isDone) for (const table of changed) this.#grow(table);
    seen.clear();
    changed.clear();
    session.transaction = how === 'COMMIT' && !isDone ? 'broken' : 'none';
    if (how === 'COMMIT' && !isDone)
      throw new Refusal(`[DELTA_CONCURRENT_APPEND] ConcurrentAppendException: ${late} was changed.`, '2D521');
    return NOTHING;
  }

  #grow(table: string): void {
    this.#versions.set(table, (this.#versions.get(table) ?? 0) + 1);
  }
}

function counted({ changed }: Answer): Answer {
  return rowOf({ num_affected_rows: String(changed) }, 'BIGINT');
}
