/** A project with every table in one database, nothing to send, and nobody who sets right what a tick gets wrong. */
import type { Entity, Project, Relation, Table } from '../config/project.ts';
import { relationId } from '../segment/reads.ts';

export function inOneDatabase(project: Project): Project {
  const move = moverOf(project);
  const entities = new Map([...project.entities].map(([name, entity]) => [name, moved(entity, move)]));
  return { ...project, entities, syncs: new Map(), destinations: new Map() };
}

export type Move = (relation: Relation) => Extract<Relation, { kind: 'table' }>;

/** Where a relation is then: its last two names, or, where two tables share these, all of its names. */
export function moverOf(project: Project): Move {
  const whole = new Map<string, Set<string>>();
  for (const { relation } of relationsOf(project)) {
    if (relation.kind !== 'table') continue;
    const short = JSON.stringify(relation.parts.slice(-2));
    whole.set(short, (whole.get(short) ?? new Set()).add(JSON.stringify(relation.parts)));
  }
  return (relation) => {
    if (relation.kind !== 'table')
      return { kind: 'table', parts: ['given', relationId(relation, project.root)] };
    const short = relation.parts.slice(-2);
    if ((whole.get(JSON.stringify(short))?.size ?? 0) < 2) return { kind: 'table', parts: short };
    return { kind: 'table', parts: [relation.parts.slice(0, -1).join('.'), relation.parts.at(-1)!] };
  };
}

function* relationsOf({ entities }: Project): Generator<Table> {
  for (const entity of entities.values()) {
    yield entity;
    yield* entity.traits.values();
    for (const source of entity.sources.values()) {
      yield source;
      if (source.through) yield source.through;
    }
  }
}

function moved(entity: Entity, move: Move): Entity {
  const { reconcile: _, ...rest } = plain(entity, move);
  const traits = [...entity.traits].map(([name, table]) => [name, plain(table, move)] as const);
  const sources = [...entity.sources].map(([name, source]) => {
    const through = source.through ? { through: plain(source.through, move) } : {};
    return [name, { ...plain(source, move), ...through }] as const;
  });
  return { ...rest, traits: new Map(traits), sources: new Map(sources) };
}

/** Rows that were made up are as old as they are. */
function plain<T extends Table>(table: T, move: Move): T {
  const { changeFeed: _, contract: __, ...rest } = table;
  return { ...rest, relation: move(table.relation) } as unknown as T;
}
