/** Whether a segment holds for one key now, and the rows behind that. Reads only. */
import { type KeyTable, keyRowsQuery } from '../compile/key-rows.ts';
import { renderQuery } from '../compile/render.ts';
import { lookQuery, type WhyInput } from '../compile/why.ts';
import type { Project } from '../config/project.ts';
import { prepareSegment } from '../evaluate/prepared.ts';
import type { Instant } from '../instant.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { openTarget, type Patience, readTables } from './open.ts';
import { storedKey } from './why.ts';
import { plainText } from './why-values.ts';

export interface KeyRequest extends Patience {
  readonly target: string;
  readonly segment: string;
  readonly key: string;
  readonly tables: readonly KeyTable[];
  /** At most so many rows of each table. */
  readonly most: number;
}

export interface KeyRows {
  readonly t: Instant;
  /** As it is stored. */
  readonly key: string;
  /** Undefined: the entity's table has no such key. */
  readonly holds?: boolean;
  /** Of each table asked for, in their order. */
  readonly tables: readonly { readonly types: readonly SqlType[]; readonly rows: readonly Texts[] }[];
}

type Texts = readonly (string | null)[];

/** Throws E665 for a key that the entity cannot have, E3xx as `openTarget` does. */
export async function readKeyRows(world: World, project: Project, request: KeyRequest): Promise<KeyRows> {
  const prepared = prepareSegment(project, project.segments.get(request.segment)!);
  const { session, tables, warehouse } = await openTarget(world, project, request.target, 'read', request);
  try {
    const t = await session.now();
    const { catalog } = await readTables(session, warehouse.dialect, [prepared]);
    const key = storedKey(request.key, prepared.entity, catalog);
    const input: WhyInput = {
      ...{ entity: prepared.entity, key, verdict: prepared.verdict, capabilities: warehouse.capabilities },
      membership: { kind: 'state', sql: tables.from('membership'), sliced: tables.sliced },
      scope: { catalog, timezone: project.timezone, t },
    };
    return await session.scratch(async (unlabelled) => {
      const statements = unlabelled.labelled(`segsync command=test segment=${prepared.name}`);
      const look = lookQuery(input, [prepared.verdict]);
      const [answer] = await statements.query(renderQuery(look.query, warehouse.dialect));
      const rows: KeyRows['tables'][number][] = [];
      for (const table of request.tables) {
        const { query, reads } = keyRowsQuery(input, table, request.most);
        rows.push({
          types: table.columns.map((name) => catalog.typeOf(table.table.relation, name, table.table.place)),
          rows: await textsOf(statements, renderQuery(query, warehouse.dialect), reads),
        });
      }
      return {
        ...{ t, key: answer?.entity_key ?? key, tables: rows },
        ...(answer ? { holds: answer.n0 === '1' } : {}),
      };
    });
  } finally {
    await session.close();
  }
}

async function textsOf(
  statements: Statements,
  sql: string,
  reads: ReturnType<typeof keyRowsQuery>['reads'],
): Promise<Texts[]> {
  const rows = await statements.query(sql);
  return rows.map((row) => reads.map(({ as }, i) => plainText(row[`c${i}`] ?? null, as)));
}
