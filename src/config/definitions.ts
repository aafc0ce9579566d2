/** The files of `segments/` and `destinations/`, each read on its own and then checked against each other. */
import pLimit from 'p-limit';
import { nearest } from '../diagnostics/suggest.ts';
import { type DefinitionFile, findDefinitions } from './find.ts';
import type { Foundation } from './foundation.ts';
import { checkKnown } from './names.ts';
import { child, type YamlMap } from './node.ts';
import type { Problems } from './problems.ts';
import type { Destination, Project, Segment } from './project.ts';
import { readProjectText } from './read.ts';
import { checkReferences } from './references.ts';
import { type ResolvedDestination, resolveDestination } from './resolve-destination.ts';
import { type ReadSegment, readSegment } from './resolve-segment.ts';
import { type ReadSync, readSync } from './resolve-sync.ts';
import { collectSyncs, sortedByName } from './syncs.ts';
import { parseYaml } from './yaml.ts';

/** Waiting for the disk is most of reading hundreds of small files. */
const FILES_AT_ONCE = 32;

export type Definitions = Pick<Project, 'segments' | 'destinations' | 'syncs'>;

/** Everything below `segments/` and `destinations/`; what is broken is reported and left out. */
export async function readDefinitions(foundation: Foundation, problems: Problems): Promise<Definitions> {
  const { context } = foundation;
  const destinations = await readDestinations(foundation, problems);
  const files = await findDefinitions(context.world, context.root, 'segments', problems);
  const read: ReadSegment[] = [];
  const limit = pLimit(FILES_AT_ONCE);
  const nodes = await Promise.all(files.map((file) => limit(() => parseFile(file, foundation, problems))));
  for (const [index, node] of nodes.entries()) {
    if (node) read.push(readSegment(files[index]!, node, foundation, context));
  }
  const segments = collectSegments(read, problems);
  // A file that is not even YAML still defines a name that others may refer to.
  const names = new Set([...read.map((each) => each.name), ...files.map((file) => file.name)]);
  checkReferences(segments, names, problems);
  checkExcluded(destinations, segments, names, problems);
  checkAllowed(destinations, foundation, problems);
  const syncs = read.flatMap((owner) => readSyncs(owner, destinations, foundation));
  checkEntities(syncs, destinations, segments, problems);
  return {
    segments,
    destinations: keepWhole(destinations),
    syncs: collectSyncs(syncs, context.root, problems),
  };
}

/** Reports E201 for an `exclude:` that names no segment. */
function checkExcluded(
  destinations: ReadonlyMap<string, ResolvedDestination | undefined>,
  segments: ReadonlyMap<string, Segment>,
  names: ReadonlySet<string>,
  problems: Problems,
): void {
  for (const resolved of destinations.values()) {
    const name = resolved?.destination.exclude;
    if (name === undefined || names.has(name)) continue;
    problems.report('E201', { name, suggestion: nearest(name, segments.keys()) }, resolved!.excludePlace!);
  }
}

/** Reports E110 for an identifier in `allow:` that no entity has. */
function checkAllowed(
  destinations: ReadonlyMap<string, ResolvedDestination | undefined>,
  { entities }: Foundation,
  problems: Problems,
): void {
  if (!entities) return;
  const known = new Set([...entities.values()].flatMap((entity) => [...(entity?.identifiers.keys() ?? [])]));
  for (const resolved of destinations.values()) {
    for (const { name, place } of resolved?.allowed ?? [])
      checkKnown('identifier', name, known, place, problems);
  }
}

/** Reports E129 for a sync whose people an `exclude:` of other entities could never keep out. */
function checkEntities(
  syncs: readonly ReadSync[],
  destinations: ReadonlyMap<string, ResolvedDestination | undefined>,
  segments: ReadonlyMap<string, Segment>,
  problems: Problems,
): void {
  for (const { sync } of syncs) {
    const excluded = sync.exclude === undefined ? undefined : segments.get(sync.exclude);
    const own = segments.get(sync.segment);
    if (!excluded || !own || excluded.entity === own.entity) continue;
    const problem = { segment: excluded.name, entity: own.entity, other: excluded.entity };
    problems.report('E129', problem, destinations.get(sync.destination)?.excludePlace ?? sync.place);
  }
}

async function readDestinations(
  { context, targetNames }: Foundation,
  problems: Problems,
): Promise<Map<string, ResolvedDestination | undefined>> {
  const files = await findDefinitions(context.world, context.root, 'destinations', problems);
  const destinations = new Map<string, ResolvedDestination | undefined>();
  const firsts = new Map<string, string>();
  for (const file of files) {
    const first = firsts.get(file.name);
    const place = { file: file.path, line: 1, column: 1 };
    if (first) problems.report('E111', { kind: 'destination', name: file.name, first }, place);
    firsts.set(file.name, first ?? file.file);
    const node = await parseFile(file, { context }, problems);
    const resolved = node && (await resolveDestination(file, node, targetNames, context));
    destinations.set(file.name, resolved);
  }
  return destinations;
}

async function parseFile(
  { path }: DefinitionFile,
  { context }: Pick<Foundation, 'context'>,
  problems: Problems,
): Promise<YamlMap | undefined> {
  const text = await readProjectText(context.world, path, context.root, problems);
  return text === undefined ? undefined : parseYaml(text, path, problems);
}

function collectSegments(read: readonly ReadSegment[], problems: Problems): Map<string, Segment> {
  const firsts = new Map<string, ReadSegment>();
  const segments = new Map<string, Segment>();
  for (const each of read) {
    const first = firsts.get(each.name);
    if (first) {
      const problem = { kind: 'segment', name: each.name, first: first.file.file };
      problems.report('E111', problem, each.place);
    }
    firsts.set(each.name, first ?? each);
    if (!first && each.segment) segments.set(each.name, each.segment);
  }
  return sortedByName(segments);
}

function readSyncs(
  owner: ReadSegment,
  destinations: ReadonlyMap<string, ResolvedDestination | undefined>,
  { entities, tiers, guards, context }: Foundation,
): ReadSync[] {
  const list = child(owner.node, 'sync');
  if (list?.kind !== 'list') return [];
  const entityNode = child(owner.node, 'entity');
  const entity = entityNode?.kind === 'text' ? entities?.get(entityNode.text) : undefined;
  const scope = { owner, entity, destinations, tiers, guards, context };
  return list.items.map((item, index) => readSync(item, index, scope)).filter((sync) => sync !== undefined);
}

function keepWhole(resolved: ReadonlyMap<string, ResolvedDestination | undefined>): Map<string, Destination> {
  const whole = new Map<string, Destination>();
  for (const [name, each] of resolved) if (each) whole.set(name, each.destination);
  return sortedByName(whole);
}
