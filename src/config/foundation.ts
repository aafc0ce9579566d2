/** `segsync.yaml`: what segments and destinations build on. */
import { DAY } from '../instant.ts';
import type { World } from '../world.ts';
import { check } from './check.ts';
import type { Context } from './context.ts';
import type { Environment } from './dotenv.ts';
import { interpolate, interpolateMap, requireSet } from './interpolate.ts';
import { checkName } from './names.ts';
import { child, without, type YamlMap, type YamlNode } from './node.ts';
import type { Problems } from './problems.ts';
import type { Entity, Project, Target } from './project.ts';
import { resolveEntity } from './resolve-entity.ts';
import { chooseTarget, type ResolvedTarget, resolveTarget } from './resolve-target.ts';
import { type GuardsPart, projectSchema } from './schema.ts';
import { resolveTiers, type Tiers } from './tiers.ts';
import { valuesFor } from './variables.ts';

export interface Foundation extends Pick<Project, 'name' | 'targets' | 'defaultTarget' | 'state'> {
  readonly context: Context;
  /** All that are declared, broken ones too; undefined when `targets:` itself is broken. */
  readonly targetNames?: readonly string[];
  /** Undefined for one that is declared but broken, and as a whole when `entities:` itself is broken. */
  readonly entities?: ReadonlyMap<string, Entity | undefined>;
  readonly tiers: Tiers;
  readonly guards?: GuardsPart;
}

export interface FoundationRequest {
  readonly world: World;
  readonly root: string;
  readonly environment: Environment;
  readonly problems: Problems;
  /** The target asked for. */
  readonly asked?: string;
}

/** Everything in `segsync.yaml`. What is broken is reported and left out, so that the other files can be checked too. */
export async function readFoundation(written: YamlMap, request: FoundationRequest): Promise<Foundation> {
  const { problems, environment, world, root, asked } = request;
  const chosen = chooseFrom(written, request);
  const values = valuesFor(written, chosen?.inUse, environment, problems);
  const node = interpolateMap(without(written, ['targets', 'vars']), values, problems);
  requireSet(node, values, problems);
  const whole = addTargets(node, written);
  const part = check(projectSchema, whole, problems);
  const nameNode = child(node, 'project');
  if (nameNode?.kind === 'text') checkName('project', nameNode.text, nameNode.place, problems);
  const targetName = chosen?.inUse ?? asked ?? '';
  const context: Context = {
    world,
    root,
    problems,
    values,
    target: targetName,
    timezone: part?.timezone ?? 'UTC',
  };
  const targets = await resolveTargets(written, context, environment);
  const capabilities = targets.get(targetName)?.warehouse.capabilities;
  const entities = resolveEntities(node, {
    ...context,
    readsFiles: (capabilities?.files ?? 'yes') === 'yes',
    changeFeed: capabilities ? capabilities.changeFeed : { isLate: false, comesFirst: false },
  });
  const tiers = resolveTiers(child(node, 'tiers'), part?.project ?? '', problems);
  const { schema = 'segsync', retain = 90n * DAY } = part?.state ?? {};
  const targetsNode = child(written, 'targets');
  return {
    context,
    name: part?.project ?? '',
    targets: new Map<string, Target>([...targets].map(([name, { target }]) => [name, target])),
    targetNames: targetsNode?.kind === 'map' ? [...targetsNode.entries.keys()] : undefined,
    defaultTarget: chosen?.byDefault ?? '',
    state: { schema, retain },
    entities,
    tiers,
    guards: part?.guards,
  };
}

/** The targets are interpolated one by one, each under its own `vars:`; here they only have to be there. */
function addTargets(node: YamlMap, written: YamlMap): YamlMap {
  const kept = [...written.entries].filter(([key]) => key === 'targets' || key === 'vars');
  return { ...node, entries: new Map([...node.entries, ...kept]) };
}

function chooseFrom(written: YamlMap, { environment, problems, asked }: FoundationRequest) {
  const targets = child(written, 'targets');
  if (targets?.kind !== 'map') return undefined;
  const values = valuesFor(written, undefined, environment, problems);
  const wanted = child(written, 'default_target');
  const node: YamlNode | undefined = wanted && interpolate(wanted, values, problems);
  if (node?.kind === 'text' && node.unset) return undefined;
  const byDefault = node?.kind === 'text' ? node.text : undefined;
  return chooseTarget(targets, { asked, byDefault, defaultPlace: node?.place }, problems);
}

async function resolveTargets(
  written: YamlMap,
  context: Context,
  environment: Environment,
): Promise<Map<string, ResolvedTarget>> {
  const resolved = new Map<string, ResolvedTarget>();
  const targets = child(written, 'targets');
  if (targets?.kind !== 'map') return resolved;
  for (const [name, entry] of targets.entries) {
    const values = valuesFor(written, name, environment, context.problems);
    const target = await resolveTarget(name, entry, { ...context, values });
    if (target) resolved.set(name, target);
  }
  return resolved;
}

function resolveEntities(
  node: YamlMap,
  context: Parameters<typeof resolveEntity>[2],
): Map<string, Entity | undefined> | undefined {
  const entities = child(node, 'entities');
  if (entities?.kind !== 'map') return undefined;
  return new Map([...entities.entries].map(([name, entry]) => [name, resolveEntity(name, entry, context)]));
}
