/** Promises that a project makes and its tables do not keep: a comparison worth its name notices them. */
import type { Cursor, Entity, Source, TraitTable } from '../../src/config/project.ts';
import type { Play } from './play.ts';

/** By what is said: the play with that said of its tables, whose history stays as it is. */
export const LIES: Readonly<Record<string, (play: Play) => Play>> = {
  'rows never show late': (play) => withEntity(play, rowsNeverLate(play.shop.entity)),
  'rows are never edited': (play) => {
    const { entity } = play.shop;
    return withEntity(play, {
      ...entity,
      sources: mapped(entity.sources, (source) => ({ ...source, appendOnly: true })),
    });
  },
};

function withEntity(play: Play, entity: Entity): Play {
  return { ...play, shop: { ...play.shop, entity } };
}

function rowsNeverLate(entity: Entity): Entity {
  return {
    ...entity,
    cursor: withoutOverlap(entity.cursor),
    traits: mapped(entity.traits, (trait: TraitTable) => ({
      ...trait,
      cursor: withoutOverlap(trait.cursor),
    })),
    sources: mapped(entity.sources, (source: Source) => ({
      ...source,
      cursor: withoutOverlap(source.cursor),
    })),
  };
}

function withoutOverlap(cursor: Cursor | undefined): Cursor | undefined {
  if (!cursor || (cursor.overlap && 'distance' in cursor.overlap)) return cursor;
  return { ...cursor, overlap: { duration: 0n } };
}

function mapped<T>(map: ReadonlyMap<string, T>, change: (value: T) => T): Map<string, T> {
  return new Map([...map].map(([name, value]) => [name, change(value)]));
}
