/** Engines that cannot run here: their own adapter and client, over loopback, with a stand-in behind. As `engines.ts`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { warehouse as bigquery } from '../../src/warehouse/bigquery/index.ts';
import { warehouse as snowflake } from '../../src/warehouse/snowflake/index.ts';
import type { Session } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import type { Engine, Opened } from '../engines.ts';
import { type Double, openDouble, PROJECT, TOKEN } from './bigquery.ts';
import { pairedWarehouse } from './paired.ts';
import { ACCOUNT, openSnowflake, PASSWORD, type SnowflakeDouble, USER } from './snowflake.ts';

const real = realWorld();

export interface StoodIn extends Opened {
  readonly double: Double;
}

/** One double an opened engine: several may be open at once. */
/** By their addresses. */
const doubles = new Map<string, Double>();

const paired = pairedWarehouse(bigquery, ({ endpoint }) => doubles.get(String(endpoint))!.standIn);

export const bigqueryEngine: Omit<Engine, 'open'> & { open(): Promise<StoodIn> } = {
  name: 'bigquery',
  warehouse: paired,
  open: openBigquery,
};

async function openBigquery(): Promise<StoodIn> {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-test-'));
  const double = await openDouble();
  doubles.set(double.url, double);
  const options = { project: PROJECT, location: 'EU', access_token: TOKEN, endpoint: double.url };
  const open: Session[] = [];
  const connect: Opened['connect'] = async ({ access = 'write', world = real } = {}) => {
    const session = await paired.connect({ world, root: folder, options, access, label: 'segsync test' });
    open.push(session);
    return session;
  };
  return {
    session: await connect(),
    warehouse: paired,
    target: { type: 'bigquery', ...options },
    folder,
    double,
    connect,
    readOnlyTarget: async () => ({ type: 'bigquery', ...options }),
    async drop() {
      for (const session of open) await session.close();
      await double.close();
      doubles.delete(double.url);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface SnowflakeStoodIn extends Opened {
  readonly double: SnowflakeDouble;
}

const snowflakes = new Map<string, SnowflakeDouble>();

const pairedSnowflake = pairedWarehouse(
  snowflake,
  ({ access_url }) => snowflakes.get(String(access_url))!.standIn,
);

export const snowflakeEngine: Omit<Engine, 'open'> & { open(): Promise<SnowflakeStoodIn> } = {
  name: 'snowflake',
  warehouse: pairedSnowflake,
  open: openSnowflakeEngine,
};

async function openSnowflakeEngine(): Promise<SnowflakeStoodIn> {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-test-'));
  const double = await openSnowflake();
  snowflakes.set(double.url, double);
  const options = {
    account: ACCOUNT,
    access_url: double.url,
    user: USER,
    password: PASSWORD,
    warehouse: 'WORK',
    database: 'SHOPDB',
  };
  const open: Session[] = [];
  const connect: Opened['connect'] = async ({ access = 'write', world = real } = {}) => {
    const request = { world, root: folder, options, access, label: 'segsync test' } as const;
    const session = await pairedSnowflake.connect(request);
    open.push(session);
    return session;
  };
  return {
    session: await connect(),
    warehouse: pairedSnowflake,
    target: { type: 'snowflake', ...options },
    folder,
    double,
    connect,
    readOnlyTarget: async () => ({ type: 'snowflake', ...options }),
    async drop() {
      for (const session of open) await session.close();
      await double.close();
      snowflakes.delete(double.url);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
