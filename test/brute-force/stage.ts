/** What the tables hold at a point of a play, for the brute force to look at. */
import type { Project } from '../../src/config/project.ts';
import type { Play, Write } from './play.ts';
import type { Columns } from './shop.ts';
import type { Row, Table, Tables } from './tables.ts';

export class Stage {
  readonly #columns: ReadonlyMap<string, Columns>;
  readonly #rows: ReadonlyMap<string, Map<string, Row>>;

  constructor(play: Pick<Play, 'shop'>) {
    this.#columns = new Map(Object.entries(play.shop.columns));
    this.#rows = new Map([...this.#columns.keys()].map((table) => [table, new Map()]));
  }

  apply(writes: readonly Write[]): void {
    for (const { table, row, gone } of writes) {
      if (gone) this.#rows.get(table)!.delete(row.row_id as string);
      else this.#rows.get(table)!.set(row.row_id as string, row);
    }
  }

  get tables(): Tables {
    return new Map(
      [...this.#columns].map(([name, columns]): [string, Table] => [
        `shop.${name}`,
        { columns, rows: [...this.#rows.get(name)!.values()] },
      ]),
    );
  }
}

/** The project that a play's files ought to be read as. */
export function projectOf(play: Pick<Play, 'shop' | 'segments' | 'syncs'>): Project {
  return {
    root: '/',
    name: 'play',
    timezone: play.shop.timezone,
    targets: new Map(),
    defaultTarget: 'test',
    state: { schema: 'segsync', retain: 0n },
    entities: new Map(Object.entries(play.shop.entities)),
    tiers: new Map(),
    segments: play.segments,
    destinations: new Map(),
    syncs: play.syncs,
  };
}
