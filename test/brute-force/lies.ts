/** Promises that a project makes and its tables do not keep: a comparison worth its name notices them. */
import type { Cursor, Entity, Table, TraitTable } from '../../src/config/project.ts';
import type { Play } from './play.ts';

/** By what is said: the play with that said of its tables, whose history stays as it is. */
export const LIES: Readonly<Record<string, (play: Play) => Play>> = {
  'rows never show late': (play) => withEntities(play, rowsNeverLate),
  'rows are never edited': (play) =>
    withEntities(play, (entity) => ({
      ...entity,
      sources: mapped(entity.sources, (source) => ({ ...source, appendOnly: true })),
    })),
};

function withEntities(play: Play, change: (entity: Entity) => Entity): Play {
  const { customer, account } = play.shop.entities;
  return {
    ...play,
    shop: { ...play.shop, entities: { customer: change(customer), account: change(account) } },
  };
}

function rowsNeverLate(entity: Entity): Entity {
  return {
    ...promptly(entity),
    traits: mapped(entity.traits, promptly<TraitTable>),
    sources: mapped(entity.sources, ({ through, ...source }) => ({
      ...promptly(source),
      ...(through ? { through: promptly(through) } : {}),
    })),
  };
}

function promptly<T extends Table>(table: T): T {
  return { ...table, cursor: withoutOverlap(table.cursor) };
}

function withoutOverlap(cursor: Cursor | undefined): Cursor | undefined {
  if (!cursor || (cursor.overlap && 'distance' in cursor.overlap)) return cursor;
  return { ...cursor, overlap: { duration: 0n } };
}

function mapped<T>(map: ReadonlyMap<string, T>, change: (value: T) => T): Map<string, T> {
  return new Map([...map].map(([name, value]) => [name, change(value)]));
}
