/** One file of `destinations/`. */
import { z } from 'zod';
import { destinationTypes, loadDestination } from '../adapters.ts';
import type { Manifest } from '../destination/destination.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import { about } from './about.ts';
import { check } from './check.ts';
import type { Context } from './context.ts';
import type { DefinitionFile } from './find.ts';
import { interpolateMap, requireSet } from './interpolate.ts';
import { checkKnown, checkName } from './names.ts';
import { child, locate, textsOf, without, type YamlMap, type YamlNode } from './node.ts';
import { readOptions } from './options.ts';
import type { Destination } from './project.ts';
import { typeOf } from './resolve-target.ts';
import { type DefaultsPart, defaultsSchema } from './schema.ts';
import { text } from './values.ts';

/** Keys of a destination file that are not its type's. */
export const DESTINATION_KEYS = ['type', 'targets', 'defaults', 'exclude', 'allow'];

export const ownSchema = z.object({
  targets: about(
    z.array(text).min(1),
    'Only runs on these targets send here; elsewhere it is planned and not sent.',
    ['prod'],
  ).optional(),
  exclude: about(text, 'A segment whose members are never sent here.', 'do_not_contact').optional(),
  allow: about(
    z.array(text).min(1),
    'The identifiers that may be sent here; all others stay at home, as fields, too.',
    ['email'],
  ).optional(),
  defaults: about(
    z.unknown().meta({ part: 'defaults' }),
    'What every sync to here says unless it says otherwise.',
    { match: ['email'], consent: { trait: 'ads_consent' } },
  ).optional(),
});

export interface ResolvedDestination {
  readonly destination: Destination;
  readonly manifest: Manifest;
  readonly defaults: DefaultsPart;
  /** Where `exclude:` stands. */
  readonly excludePlace?: Place;
  /** What `allow:` names, each with its place. */
  readonly allowed?: readonly { readonly name: string; readonly place: Place }[];
  /** `defaults:` as written, references not replaced. */
  readonly writtenDefaults?: YamlNode;
  /** Where `defaults:` stands in the file, for messages about what it says. */
  readonly defaultsNode?: YamlNode;
}

/** A destination from its file's tree; undefined after reporting. `targetNames` undefined: `targets:` is broken. */
export async function resolveDestination(
  { file, path, name }: DefinitionFile,
  written: YamlMap,
  targetNames: readonly string[] | undefined,
  context: Context,
): Promise<ResolvedDestination | undefined> {
  const { problems, world } = context;
  const place: Place = { file: path, line: 1, column: 1 };
  const node = interpolateMap(written, context.values, problems);
  const isNamed = checkName('destination', name, place, problems);
  const { targets, exclude, allow } = readOwn(node, targetNames, context);
  const defaults = readDefaults(node, context);
  const type = typeOf(node, '', place, problems);
  if (!type) return undefined;
  const adapter = await loadDestination(world, type.text);
  if (!adapter) {
    checkKnown('destination type', type.text, await destinationTypes(world), type.place, problems);
    return undefined;
  }
  const { manifest } = adapter;
  if (!targets && !manifest.anyTarget && !child(node, 'targets')) {
    problems.report('E119', { destination: name, type: type.text }, type.place);
  }
  const inUse = !targets || targets.includes(context.target);
  const { options: schema, secrets } = manifest;
  const options = readOptions(
    without(node, DESTINATION_KEYS),
    { schema, secrets, inUse, label: '' },
    context,
  );
  const destination: Destination = {
    ...{ name, file, type: type.text, options, place },
    hidden: environmentIn(node, context),
    ...(targets ? { targets } : {}),
    ...(exclude === undefined ? {} : { exclude }),
    ...(allow ? { allow } : {}),
  };
  const excludePlace = child(node, 'exclude')?.place;
  const writtenDefaults = child(written, 'defaults');
  return isNamed
    ? {
        ...{ destination, manifest: adapter.manifestWith?.(options) ?? manifest },
        ...defaults,
        ...(excludePlace ? { excludePlace } : {}),
        ...(writtenDefaults ? { writtenDefaults } : {}),
        ...(allow ? { allowed: placed(allow, child(node, 'allow')!) } : {}),
      }
    : undefined;
}

/** Values of the variables that the file names, but for those too short to be anything. */
function environmentIn(node: YamlNode, { values }: Context): string[] {
  const names = new Set([...textsOf(node)].flatMap(({ env }) => env ?? []));
  return [...names].flatMap((name) => {
    const value = values.environment[name];
    return value !== undefined && value.length >= 4 ? [value] : [];
  });
}

function placed(names: readonly string[], list: YamlNode): { name: string; place: Place }[] {
  return names.map((name, index) => ({ name, place: locate(list, [index]).place }));
}

function readOwn(
  node: YamlMap,
  known: readonly string[] | undefined,
  { problems }: Context,
): z.infer<typeof ownSchema> {
  const part = check(ownSchema, node, problems);
  const list = child(node, 'targets');
  for (const [index, target] of part?.targets?.entries() ?? []) {
    const place = list?.kind === 'list' ? list.items[index]?.place : undefined;
    if (known) checkKnown('target', target, known, place ?? node.place, problems);
  }
  return part ?? {};
}

function readDefaults(
  node: YamlMap,
  { problems, values }: Context,
): Pick<ResolvedDestination, 'defaults' | 'defaultsNode'> {
  const defaultsNode = child(node, 'defaults');
  if (!defaultsNode) return { defaults: {} };
  requireSet(defaultsNode, values, problems);
  return {
    defaults: check(defaultsSchema, defaultsNode, problems, { label: 'defaults' }) ?? {},
    defaultsNode,
  };
}
