/** A session: statements of their own, and transactions in a session of BigQuery's, whose temporary tables go with it. */
import type { Instant } from '../../instant.ts';
import type { ConnectOptions, Session, Statements } from '../warehouse.ts';
import { BEGUN, endAbandoned } from './abandoned.ts';
import { failureKind, failureOf } from './failure.ts';
import { missingGrants } from './grants.ts';
import type { Options } from './index.ts';
import type { Jobs } from './jobs.ts';
import { type Place, statementsOn } from './statements.ts';

/** How long it is not looked again for sessions that nobody ends. */
const AGAIN_MS = 60_000;

export function sessionOn({ world }: ConnectOptions, jobs: Jobs, { project, location }: Options): Session {
  let madeWay = Number.NEGATIVE_INFINITY;
  /** What is in the way may have been left behind by a process that was killed. */
  const makeWay = async (): Promise<void> => {
    if (world.clock.monotonic() - madeWay < AGAIN_MS) return;
    madeWay = world.clock.monotonic();
    await endAbandoned(jobs, location);
  };
  const inSession = async <T>(
    end: 'COMMIT' | 'ROLLBACK',
    work: (place: Place) => Promise<T>,
    before?: (statements: Statements) => Promise<void>,
  ): Promise<T> => {
    const begin = before ? 'SELECT 1' : 'BEGIN TRANSACTION';
    const { session } = await classified(() => jobs.run(begin, { begins: true, labels: BEGUN }));
    const place: Place = { jobs, session: session!, isBegun: true, whole: (own) => own(place) };
    const say = (sql: string): Promise<unknown> => jobs.run(sql, { session });
    try {
      if (before) {
        await before(statementsOn({ ...place, isBegun: false }));
        await classified(() => say('BEGIN TRANSACTION'));
      }
      const result = await work(place);
      await classified(() => say(`${end} TRANSACTION`));
      return result;
    } catch (error) {
      await say('ROLLBACK TRANSACTION').catch(() => undefined);
      if (failureKind(error) === 'conflict') await makeWay();
      throw error;
    } finally {
      // Left alone it would end by itself after a day, with the tables in it.
      await say('CALL BQ.ABORT_SESSION()').catch(() => undefined);
    }
  };
  const any: Place = { jobs, whole: (work) => inSession('COMMIT', work) };
  const statements = statementsOn(any);
  return {
    ...statements,
    version: async () => 'BigQuery',
    now: async () => (world.clock.simulated ? world.clock.now() : now(statements)),
    // A transaction's rows have the time of its commit in no column that it could be asked by.
    oldestOpenTransaction: async () => undefined,
    identity: async () => project,
    transaction: (work, options) =>
      inSession('COMMIT', (place) => work(statementsOn(place)), options?.before),
    scratch: (work, options) => inSession('ROLLBACK', (place) => work(statementsOn(place)), options?.before),
    missingGrants: (needs) =>
      missingGrants(statements, (sql) => jobs.run(sql, { dryRun: true }), needs, project),
    missingIndexes: async () => [],
    tableNames: () => tableNames(jobs),
    cancel: jobs.cancel,
    close: async () => {},
  };
}

async function classified<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error);
  }
}

async function now(statements: Statements): Promise<Instant> {
  const [row] = await statements.query('SELECT UNIX_MICROS(CURRENT_TIMESTAMP()) AS now');
  return BigInt(row!.now!);
}

async function tableNames(jobs: Jobs): Promise<(readonly [schema: string, name: string])[]> {
  const names: (readonly [schema: string, name: string])[] = [];
  for (const { datasetReference } of await jobs.list('/datasets', 'datasets')) {
    const { datasetId } = datasetReference as { datasetId: string };
    for (const { tableReference } of await jobs.list(`/datasets/${datasetId}/tables`, 'tables')) {
      names.push([datasetId, (tableReference as { tableId: string }).tableId]);
    }
  }
  return names.sort();
}
