/** A project of one segment, and an empty database for its tables. */
import { loadProject } from '../../../src/config/load.ts';
import type { Project } from '../../../src/config/project.ts';
import { inOneDatabase } from '../../../src/story/one-database.ts';
import { warehouse } from '../../../src/warehouse/duckdb/index.ts';
import type { Session } from '../../../src/warehouse/warehouse.ts';
import { realWorld } from '../../../src/world.ts';
import { folderOf } from '../../cli/segsync.ts';

export async function loadedProject(): Promise<{
  project: Project;
  session: Session;
  dialect: typeof warehouse.dialect;
  close(): Promise<void>;
}> {
  await using folder = await folderOf({
    'segsync.yaml':
      'version: 1\nproject: p\ntargets: { dev: { type: duckdb, path: x.duckdb } }\nentities: { customer: { table: shop.customers, key: id, cursor: at } }\n',
    'segments/s.yaml': 'entity: customer\nwhere: { trait: plan, eq: pro }\n',
  });
  const world = realWorld();
  const { project } = await loadProject(world, { projectDir: folder.path });
  const options = { path: `:memory:${world.random.uuid()}` };
  const session = await warehouse.connect({ world, root: '/', options, access: 'write', label: 'test' });
  return {
    project: inOneDatabase(project),
    session,
    dialect: warehouse.dialect,
    close: () => session.close(),
  };
}
