/** Engines that cannot run here: their own adapter and client, over loopback, with a stand-in behind. As `engines.ts`. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { warehouse as bigquery } from '../../src/warehouse/bigquery/index.ts';
import { warehouse as redshift } from '../../src/warehouse/redshift/index.ts';
import type { Session } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import { asAdministrator, dropDatabase, type Engine, type Opened } from '../engines.ts';
import { type Double, openDouble, PROJECT, TOKEN } from './bigquery.ts';
import { layoutsAlike } from './pair.ts';
import { pairedWarehouse } from './paired.ts';
import { asPostgres, type Door, layoutAsPostgres, openDoor } from './redshift.ts';

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

export interface RedshiftStoodIn extends Opened {
  readonly door: Door;
}

/** By their ports. */
const doors = new Map<number, Door>();

const pairedRedshift = pairedWarehouse(redshift, ({ port }) => doors.get(Number(port))!, {
  dialect: asPostgres,
  layout: layoutsAlike(redshift.layout, layoutAsPostgres),
});

export const redshiftEngine: Omit<Engine, 'open'> & { open(): Promise<RedshiftStoodIn> } = {
  name: 'redshift',
  warehouse: pairedRedshift,
  open: openRedshift,
};

async function openRedshift(): Promise<RedshiftStoodIn> {
  const folder = await mkdtemp(join(tmpdir(), 'segsync-test-'));
  const database = `t_${randomUUID().replaceAll('-', '')}`;
  await asAdministrator((client) =>
    client.query(`CREATE DATABASE ${database} TEMPLATE template0 LC_COLLATE 'C'`),
  );
  const server = new URL(inject('postgresUrl'));
  server.pathname = `/${database}`;
  const door = await openDoor(server.toString());
  const { hostname: host, port: ownPort, username: user, password } = new URL(door.url);
  const port = Number(ownPort);
  doors.set(port, door);
  const options = { host, port, user, password, database, ssl: false };
  const open: Session[] = [];
  const connect: Opened['connect'] = async ({ access = 'write', world = real } = {}) => {
    const session = await pairedRedshift.connect({
      world,
      root: folder,
      options,
      access,
      label: 'segsync test',
    });
    open.push(session);
    return session;
  };
  return {
    session: await connect(),
    warehouse: pairedRedshift,
    target: { type: 'redshift', ...options },
    folder,
    door,
    connect,
    readOnlyTarget: async () => ({ type: 'redshift', ...options }),
    async drop() {
      for (const session of open) await session.close();
      await door.close();
      doors.delete(port);
      await dropDatabase(database);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
