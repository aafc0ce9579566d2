/** A play's project as files on disk, so that it comes in through the door that everyone uses. */
import type { Cursor, Entity, Segment, Source, Sync, Table } from '../../src/config/project.ts';
import { formatDuration } from '../../src/instant.ts';
import type { Play } from './play.ts';
import { definitionYaml, filterYaml, testYaml } from './print-condition.ts';
import type { Shop } from './shop.ts';
import { Numeral, type Yaml, yamlText } from './yaml.ts';

/** Path relative to the project -> text. `target` is what stands below `targets:` under its name. */
export function projectFiles(
  play: Pick<Play, 'shop' | 'segments' | 'syncs'>,
  target: Readonly<Record<string, unknown>>,
): Map<string, string> {
  const files = new Map<string, string>();
  files.set('segsync.yaml', yamlText(projectYaml(play.shop, target)));
  files.set('destinations/files.yaml', yamlText({ type: 'file', directory: 'out', format: 'ndjson' }));
  for (const segment of play.segments.values()) {
    const syncs = [...play.syncs.values()].filter((sync) => sync.segment === segment.name);
    files.set(segment.file, segmentText(segment, syncs));
  }
  return files;
}

/** A segment's file. */
export function segmentText(segment: Segment, syncs: readonly Sync[]): string {
  return yamlText({
    entity: segment.entity,
    tier: segment.tier,
    settle: segment.settle === undefined ? undefined : formatDuration(segment.settle),
    stay_at_least: segment.stayAtLeast === undefined ? undefined : formatDuration(segment.stayAtLeast),
    ...definitionYaml(segment.where),
    sync: syncs.length > 0 ? syncs.map(syncYaml) : undefined,
  });
}

function syncYaml(sync: Sync): Yaml {
  return {
    to: sync.destination,
    match: sync.match,
    fields: Object.fromEntries(
      [...sync.fields].map(([name, from]) => [name, 'trait' in from ? { trait: from.trait } : {}]),
    ),
    consent: sync.consent && { trait: sync.consent.trait, ...testYaml(sync.consent.test) },
    guards: {
      max_remove: `${sync.guards.maxRemove}%`,
      max_add: `${sync.guards.maxAdd}%`,
      min_guarded_size: new Numeral(String(sync.guards.minGuardedSize)),
    },
  };
}

function projectYaml(shop: Shop, target: Readonly<Record<string, unknown>>): Yaml {
  const entities = Object.entries(shop.entities).map(([name, entity]) => [name, entityYaml(entity)]);
  return {
    version: new Numeral('1'),
    project: 'play',
    timezone: shop.timezone,
    default_target: 'test',
    targets: { test: target as Yaml },
    entities: Object.fromEntries(entities),
  };
}

function entityYaml(entity: Entity): Yaml {
  const traits = [...entity.traits].map(([name, trait]) => [
    name,
    { ...tableYaml(trait), column: trait.column },
  ]);
  const identifiers = [...entity.identifiers].map(([name, { trait, kind }]) => [name, { trait, kind }]);
  return {
    ...tableYaml(entity),
    // Nobody is to set right what an incremental tick gets wrong.
    reconcile: 'never',
    traits: Object.fromEntries(traits),
    identifiers: Object.fromEntries(identifiers),
    sources: Object.fromEntries([...entity.sources].map(([name, source]) => [name, sourceYaml(source)])),
  };
}

function sourceYaml(source: Source): Yaml {
  return {
    ...tableYaml(source),
    through: source.through && { ...tableYaml(source.through), source_key: source.through.sourceKey },
    split: source.split,
    time: source.time,
    where: source.where && filterYaml(source.where),
    append_only: source.appendOnly ? true : undefined,
  };
}

function tableYaml(table: Table): Record<string, Yaml | undefined> {
  if (table.relation.kind !== 'table') throw new Error('plays are on tables');
  return {
    table: table.relation.parts.join('.'),
    key: table.key,
    cursor: table.cursor && cursorYaml(table.cursor),
    change_feed: table.changeFeed,
    timezone: table.timezone,
    duplicates: table.duplicates,
  };
}

function cursorYaml({ column, overlap }: Cursor): Yaml {
  if (!overlap) return column;
  if ('distance' in overlap) return { column, overlap: new Numeral(String(overlap.distance)) };
  return { column, overlap: overlap.duration === 0n ? '0s' : formatDuration(overlap.duration) };
}
