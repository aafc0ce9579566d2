/** One entry of a segment's `sync:` list, laid over its destination's `defaults:`. */
import type { Place } from '../diagnostics/diagnostic.ts';
import { check } from './check.ts';
import type { ConditionScope } from './condition-scope.ts';
import type { Context } from './context.ts';
import { mergeGuards } from './guards.ts';
import { parseConsent, parseFields } from './mapping.ts';
import { checkKnown, checkName } from './names.ts';
import { child, locate, type YamlNode } from './node.ts';
import type { Entity, Guards, Mode, Sync } from './project.ts';
import type { ResolvedDestination } from './resolve-destination.ts';
import type { ReadSegment } from './resolve-segment.ts';
import { type GuardsPart, SYNC_NOT_YET, type SyncPart, syncSchema } from './schema.ts';
import type { Tiers } from './tiers.ts';

/** What a sync is resolved against. A destination that is declared but broken is undefined. */
export interface SyncScope {
  readonly owner: ReadSegment;
  readonly entity?: Entity;
  readonly destinations: ReadonlyMap<string, ResolvedDestination | undefined>;
  readonly tiers: Tiers;
  readonly guards?: GuardsPart;
  readonly context: Context;
}

/** A sync, and whether it may share its audience. */
export interface ReadSync {
  readonly sync: Sync;
  readonly shared: boolean;
}

/** The sync that `node` describes; undefined after reporting. */
export function readSync(node: YamlNode, index: number, scope: SyncScope): ReadSync | undefined {
  const { owner, context, destinations } = scope;
  const { problems } = context;
  const part = check(syncSchema, node, problems, { notYet: SYNC_NOT_YET, label: `sync[${index}]` });
  if (!part) return undefined;
  const place = child(node, 'to')?.place ?? node.place;
  for (const key of ONLY_ON_ENTER) checkOnEnter(key, part, node, context);
  const nameNode = child(node, 'name');
  const isNamed = !nameNode || checkName('sync', part.name ?? '', nameNode.place, problems);
  if (!checkKnown('destination', part.to, destinations.keys(), place, problems)) return undefined;
  const destination = destinations.get(part.to);
  const name = `${owner.name}.${part.name ?? part.to}`;
  const mapping = readMapping(name, part, node, place, destination, scope);
  if (!isNamed || !destination || !mapping) return undefined;
  if (!isAllowed(name, mapping, place, destination, scope)) return undefined;
  const mode = part.mode ?? 'mirror';
  if (!isTaken(name, mapping, mode, place, destination, scope)) return undefined;
  if (!mayAdopt(name, part, node, destination, context)) return undefined;
  const { exclude } = destination.destination;
  const sync: Sync = {
    name,
    segment: owner.name,
    destination: part.to,
    audience: part.audience ?? owner.name,
    mode,
    ...mapping,
    ...(exclude === undefined ? {} : { exclude }),
    guards: guardsOf(part, destination, scope),
    ...writtenIn(index, destination, owner),
    ...(part.adopt === undefined ? {} : { adopt: part.adopt }),
    ...(part.backfill === undefined ? {} : { backfill: part.backfill }),
    ...(part.again_after === undefined ? {} : { againAfter: part.again_after }),
    place,
  };
  return { sync, shared: part.shared ?? false };
}

function writtenIn(
  index: number,
  { writtenDefaults }: ResolvedDestination,
  { written }: ReadSegment,
): Pick<Sync, 'written'> {
  const list = child(written, 'sync');
  const entry = list?.kind === 'list' ? list.items[index] : undefined;
  return entry ? { written: { entry, ...(writtenDefaults ? { defaults: writtenDefaults } : {}) } } : {};
}

/** Reports E133 for what a destination's `allow:` keeps from going there: an identifier, or a field that holds one. */
function isAllowed(
  sync: string,
  { match, fields }: Mapping,
  place: Place,
  { destination }: ResolvedDestination,
  { entity, context }: SyncScope,
): boolean {
  const { allow, name } = destination;
  if (!allow || !entity) return true;
  const kept = [...entity.identifiers.values()].filter((each) => !allow.includes(each.name));
  const matched = kept.filter((each) => match.includes(each.name));
  const sent = [...fields].flatMap(([field, source]) => {
    const holds = 'trait' in source && kept.find(({ trait }) => trait === source.trait);
    return holds ? [{ identifier: holds.name, field }] : [];
  });
  const wrong = [...matched.map((each) => ({ identifier: each.name })), ...sent];
  for (const each of wrong)
    context.problems.report('E133', { sync, destination: name, ...each, allow }, place);
  return wrong.length === 0;
}

/** Reports E135 for identifiers that the destination does not match by, and for fields where it takes none. */
function isTaken(
  sync: string,
  { match, fields }: Mapping,
  mode: Mode,
  place: Place,
  { destination, manifest }: ResolvedDestination,
  { entity, context }: SyncScope,
): boolean {
  const { kinds, takesFields, severalOfAKind } = manifest;
  const strange = match.filter((name) => {
    const kind = entity?.identifiers.get(name)?.kind;
    return kinds !== undefined && kind !== undefined && !kinds.includes(kind);
  });
  const to = { sync, destination: destination.name };
  for (const identifier of strange)
    context.problems.report('E135', { ...to, what: `match by \`${identifier}\``, kinds: kinds! }, place);
  const kindOf = (name: string) => entity?.identifiers.get(name)?.kind;
  const doubled = match.filter((name, index) =>
    match.slice(0, index).some((before) => kindOf(before) !== undefined && kindOf(before) === kindOf(name)),
  );
  const one = severalOfAKind ? [] : doubled;
  for (const identifier of one) {
    const what = `match by \`${identifier}\`, too: of each kind of identifier it takes one`;
    context.problems.report('E135', { ...to, what }, place);
  }
  const takes = takesFields === 'events' ? mode === 'on_enter' : takesFields;
  const tooMany = fields.size > 0 && !takes;
  const what =
    takesFields === 'events'
      ? 'take `fields` of members, only of events (`mode: on_enter`)'
      : 'take `fields`';
  if (tooMany) context.problems.report('E135', { ...to, what }, place);
  return strange.length === 0 && one.length === 0 && !tooMany;
}

/** Reports E135 where the destination cannot tell who is there, and E116 where it would mean nothing. */
function mayAdopt(
  sync: string,
  { adopt, mode = 'mirror' }: SyncPart,
  node: YamlNode,
  { destination, manifest }: ResolvedDestination,
  { problems }: Context,
): boolean {
  if (!adopt) return true;
  const place = child(node, 'adopt')!.place;
  const what = 'tell who is in an audience: nothing can be adopted there';
  if (!manifest.listsMembers) problems.report('E135', { sync, destination: destination.name, what }, place);
  else if (mode !== 'mirror')
    problems.report('E116', { key: 'adopt', detail: 'belongs to `mode: mirror`' }, place);
  return manifest.listsMembers && mode === 'mirror';
}

const ONLY_ON_ENTER = ['backfill', 'again_after'] as const;

/** A key that would silently do nothing is a mistake. */
function checkOnEnter(
  key: (typeof ONLY_ON_ENTER)[number],
  part: SyncPart,
  node: YamlNode,
  { problems }: Context,
): void {
  if (part[key] === undefined || part.mode === 'on_enter') return;
  problems.report(
    'E116',
    { key, detail: 'belongs to `mode: on_enter`' },
    child(node, key)?.place ?? node.place,
  );
}

function guardsOf(part: SyncPart, destination: ResolvedDestination, { guards, owner }: SyncScope): Guards {
  return mergeGuards(guards, destination.defaults.guards, owner.part?.guards, part.guards);
}

type Mapping = Pick<Sync, 'match' | 'fields' | 'consent' | 'tier'>;

function readMapping(
  name: string,
  part: SyncPart,
  node: YamlNode,
  place: Place,
  destination: ResolvedDestination | undefined,
  scope: SyncScope,
): Mapping | undefined {
  const conditionScope: ConditionScope = { ...scope.context, entity: scope.entity };
  const chosen = (key: string): YamlNode | undefined =>
    child(node, key) ?? child(destination?.defaultsNode, key);
  const [fieldsNode, consentNode] = [chosen('fields'), chosen('consent')];
  const fields = fieldsNode ? parseFields(fieldsNode, conditionScope) : new Map();
  const consent = consentNode && parseConsent(consentNode, conditionScope);
  const match = matchOf(name, part, chosen('match'), place, destination, scope);
  const tier = tierOf(name, part, chosen('tier'), destination, scope);
  if (!fields || !match || !tier || (consentNode && !consent)) return undefined;
  return { match, fields, tier, ...(consent ? { consent } : {}) };
}

function matchOf(
  sync: string,
  part: SyncPart,
  node: YamlNode | undefined,
  place: Place,
  destination: ResolvedDestination | undefined,
  { entity, context }: SyncScope,
): string[] | undefined {
  const match = part.match ?? destination?.defaults.match ?? [];
  const known = [...(entity?.identifiers.keys() ?? [])];
  if (!entity || !destination) return undefined;
  if (match.length === 0 && destination.manifest.needsIdentifier) {
    const problem = { sync, destination: part.to, known };
    return context.problems.report('E120', problem, node?.place ?? place);
  }
  const within = `entity \`${entity.name}\``;
  const good = match.filter((name, index) => {
    const at = (node && locate(node, [index]).place) ?? place;
    return checkKnown('identifier', name, known, at, context.problems, within);
  });
  return good.length === match.length ? [...new Set(match)] : undefined;
}

/** A sync asks for a slower tier, or takes the slower of its segment's and its destination's. */
function tierOf(
  sync: string,
  part: SyncPart,
  node: YamlNode | undefined,
  destination: ResolvedDestination | undefined,
  { owner, tiers, context }: SyncScope,
): string | undefined {
  const ofSegment = owner.segment && tiers.get(owner.segment.tier);
  const asked = part.tier ?? destination?.defaults.tier;
  if (asked === undefined) return ofSegment?.name;
  const place = node?.place ?? owner.place;
  if (!checkKnown('tier', asked, tiers.keys(), place, context.problems)) return undefined;
  const every = tiers.get(asked)?.every;
  if (!ofSegment || every === undefined || every >= ofSegment.every) return asked;
  if (part.tier === undefined) return ofSegment.name;
  return context.problems.report('E117', { sync, tier: asked, segmentTier: ofSegment.name }, place);
}
