/** Amazon Redshift's adapter over loopback, with PostgreSQL behind. As `engines.ts`. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { warehouse as redshift } from '../../src/warehouse/redshift/index.ts';
import type { Session } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import { asAdministrator, dropDatabase, type Engine, type Opened } from '../engines.ts';
import { layoutsAlike } from './pair.ts';
import { pairedWarehouse } from './paired.ts';
import { asPostgres, type Door, layoutAsPostgres, openDoor } from './redshift.ts';

const real = realWorld();

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
