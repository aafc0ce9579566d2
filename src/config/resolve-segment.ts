/** One file of `segments/`. */
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Condition } from '../segment/condition.ts';
import { check } from './check.ts';
import { parseCondition } from './condition.ts';
import type { Context } from './context.ts';
import type { DefinitionFile } from './find.ts';
import { interpolateMap, requireSet } from './interpolate.ts';
import { checkKnown, checkName } from './names.ts';
import { child, without, type YamlMap } from './node.ts';
import type { Entity, Segment } from './project.ts';
import { SEGMENT_NOT_YET, type SegmentPart, segmentSchema } from './schema.ts';
import { DEFAULT_TIER, type Tiers } from './tiers.ts';

/** What segments and syncs refer to. An entity that is declared but broken is undefined. */
export interface Declared {
  /** Undefined when `entities:` itself is broken. */
  readonly entities?: ReadonlyMap<string, Entity | undefined>;
  readonly tiers: Tiers;
}

/** A segment file that was read, whatever is wrong with it. */
export interface ReadSegment {
  readonly name: string;
  readonly file: DefinitionFile;
  readonly place: Place;
  readonly node: YamlMap;
  /** As `node`, references not replaced. */
  readonly written: YamlMap;
  readonly part?: SegmentPart;
  /** Undefined when anything in it is broken. */
  readonly segment?: Segment;
}

/** A segment from its file's tree; its references are checked later, when all are read. */
export function readSegment(
  file: DefinitionFile,
  written: YamlMap,
  declared: Declared,
  context: Context,
): ReadSegment {
  const { problems, values } = context;
  const start: Place = { file: file.path, line: 1, column: 1 };
  // What a test says is data: `${...}` in it is text.
  const node = interpolateMap(without(written, ['tests']), values, problems);
  requireSet(node, values, problems);
  const part = check(segmentSchema, node, problems, { notYet: SEGMENT_NOT_YET });
  const nameNode = child(node, 'name');
  const name = nameNode?.kind === 'text' ? nameNode.text : file.name;
  const place = nameNode?.place ?? start;
  const isNamed = checkName('segment', name, place, problems);
  const entity = entityOf(node, declared, context);
  const where = readWhere(node, place, entity, context);
  const tier = part && tierOf(part, node, declared, context);
  const read = { name, file, place, node, written, ...(part ? { part } : {}) };
  if (!isNamed || !part || !entity || !where || !tier) return read;
  const tests = child(written, 'tests');
  const segment: Segment = {
    name,
    file: file.file,
    entity: part.entity,
    tier,
    tags: part.tags ?? [],
    where,
    allowFull: part.allow_full ?? false,
    ...(part.description ? { description: part.description } : {}),
    ...(part.owner ? { owner: part.owner } : {}),
    ...(part.on_stale ? { onStale: part.on_stale } : {}),
    ...(part.settle === undefined ? {} : { settle: part.settle }),
    ...(part.stay_at_least === undefined ? {} : { stayAtLeast: part.stay_at_least }),
    ...(part.was ? { was: part.was } : {}),
    ...(tests ? { tests } : {}),
    written,
    place,
  };
  return { ...read, segment };
}

function entityOf(node: YamlMap, { entities }: Declared, { problems }: Context): Entity | undefined {
  const entity = child(node, 'entity');
  if (entity?.kind !== 'text') return undefined;
  if (entities) checkKnown('entity', entity.text, entities.keys(), entity.place, problems);
  return entities?.get(entity.text);
}

/** The condition under `where:`, or the SELECT under `query:`. */
function readWhere(
  node: YamlMap,
  place: Place,
  entity: Entity | undefined,
  context: Context,
): Condition | undefined {
  const where = child(node, 'where');
  const query = child(node, 'query');
  if (where && query) {
    const problem = { keys: ['where', 'query'], what: 'a segment has one of them' };
    context.problems.report('E126', problem, node.entries.get('query')!.keyPlace);
  }
  if (where) return parseCondition(where, { ...context, entity });
  if (!query) return context.problems.report('E104', { key: 'where' }, place);
  // What is no text is refused by the schema.
  return query.kind === 'text' ? { kind: 'query', sql: query.text, place: query.place } : undefined;
}

function tierOf(
  part: SegmentPart,
  node: YamlMap,
  { tiers }: Declared,
  { problems }: Context,
): string | undefined {
  if (part.tier === undefined) return DEFAULT_TIER;
  const place = child(node, 'tier')?.place ?? node.place;
  return checkKnown('tier', part.tier, tiers.keys(), place, problems) ? part.tier : undefined;
}
