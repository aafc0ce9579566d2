/** Plays on tables whose change feed tells everything: without cursors, with rows that are deleted and moved to others. */
import type { Cursor, Entity, Table } from '../../src/config/project.ts';
import type { Dice } from './dice.ts';
import type { Play, Step, Write } from './play.ts';
import { KEYS, type TableName } from './shop.ts';
import type { Row } from './tables.ts';

/** The play with feeds instead of cursors; `keepsCursors` where a feed is late. */
export function withFeeds(play: Play, dice: Dice, { keepsCursors = false } = {}): Play {
  const { customer, account } = play.shop.entities;
  const fed = <T extends Table>(table: T): T => {
    const { cursor, ...others } = table;
    // Without it nobody could say which of two rows is the latest.
    const isNeeded = keepsCursors || table.duplicates === 'latest';
    const kept: { cursor?: Cursor } = cursor && isNeeded ? { cursor } : {};
    return { ...(others as T), ...kept, changeFeed: true };
  };
  const ofEntity = (entity: Entity): Entity => ({
    ...fed(entity),
    traits: new Map([...entity.traits].map(([name, trait]) => [name, fed(trait)])),
    sources: new Map(
      [...entity.sources].map(([name, source]) => {
        const { through } = source;
        return [name, { ...fed(source), ...(through ? { through: fed(through) } : {}) }];
      }),
    ),
  });
  const entities = { customer: ofEntity(customer), account: ofEntity(account) };
  return { ...play, shop: { ...play.shop, entities }, steps: withDepartures(play, dice) };
}

/** Tables with one row a key, and a join table: their rows only go. */
const ONLY_GO: ReadonlySet<TableName> = new Set(['customers', 'scores', 'consents', 'accounts', 'members']);

/** Before each tick but the first some rows go, or change hands, that nothing is written to from then on. */
function withDepartures({ steps, shop }: Play, dice: Dice): Step[] {
  const appendOnly = new Set(
    Object.values(shop.entities).flatMap(({ sources }) =>
      [...sources.values()].filter((source) => source.appendOnly).map(({ relation }) => nameOf(relation)),
    ),
  );
  const last = new Map<string, number>();
  const rows = new Map<string, { readonly table: TableName; readonly row: Row; readonly step: number }>();
  steps.forEach(({ writes }, step) => {
    for (const { table, row } of writes) {
      const id = `${table} ${String(row.row_id)}`;
      last.set(id, step);
      if (!rows.has(id)) rows.set(id, { table, row, step });
      else rows.set(id, { table, row, step: rows.get(id)!.step });
    }
  });
  const gone = new Set<string>();
  return steps.map((step, index): Step => {
    if (index === 0) return step;
    const still = [...rows].filter(
      ([id, { table }]) => last.get(id)! < index && !gone.has(id) && !appendOnly.has(`shop.${table}`),
    );
    const departures = dice.some(still, dice.between(0, 12)).map(([id, { table, row }]): Write => {
      gone.add(id);
      if (ONLY_GO.has(table) || dice.chance(0.5)) return { table, row, added: false, gone: true };
      const others = still.filter(([, each]) => each.table === table);
      const key = KEYS[table];
      return { table, row: { ...row, [key]: dice.pick(others)[1].row[key]! }, added: false };
    });
    return { ...step, writes: [...step.writes, ...departures] };
  });
}

function nameOf(relation: Table['relation']): string {
  return relation.kind === 'table' ? relation.parts.join('.') : '';
}
