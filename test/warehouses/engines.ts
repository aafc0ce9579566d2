/** Engines that cannot run here: their own adapter and client, over loopback, with a stand-in behind. As `engines.ts`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { warehouse as bigquery } from '../../src/warehouse/bigquery/index.ts';
import { warehouse as databricks } from '../../src/warehouse/databricks/index.ts';
import { warehouse as snowflake } from '../../src/warehouse/snowflake/index.ts';
import type { Session } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import type { Engine, Opened } from '../engines.ts';
import { type Double, openDouble, PROJECT, TOKEN } from './bigquery.ts';
import { type DatabricksDouble, HOST, HTTP_PATH, openDatabricks, TOKEN as PERSONAL } from './databricks.ts';
import { CATALOG } from './databricks-own.ts';
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

export interface DatabricksStoodIn extends Opened {
  readonly double: DatabricksDouble;
}

/** By their ports. */
const databrickses = new Map<string, DatabricksDouble>();

const pairedDatabricks = pairedWarehouse(databricks, ({ port }) => databrickses.get(String(port))!.standIn);

export const databricksEngine: Omit<Engine, 'open'> & { open(): Promise<DatabricksStoodIn> } = {
  name: 'databricks',
  warehouse: pairedDatabricks,
  open: openDatabricksEngine,
};

async function openDatabricksEngine(): Promise<DatabricksStoodIn> {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-test-'));
  const double = await openDatabricks();
  const { port, ca } = double;
  databrickses.set(String(port), double);
  const options = { host: HOST, port, ca, http_path: HTTP_PATH, access_token: PERSONAL, catalog: CATALOG };
  const open: Session[] = [];
  const connect: Opened['connect'] = async ({ access = 'write', world = real } = {}) => {
    const request = { world, root: folder, options, access, label: 'segsync test' } as const;
    const session = await pairedDatabricks.connect(request);
    open.push(session);
    return session;
  };
  return {
    session: await connect(),
    warehouse: pairedDatabricks,
    target: { type: 'databricks', ...options },
    folder,
    double,
    connect,
    readOnlyTarget: async () => ({ type: 'databricks', ...options }),
    async drop() {
      for (const session of open) await session.close();
      await double.close();
      databrickses.delete(String(port));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
