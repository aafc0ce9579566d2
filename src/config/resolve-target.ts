/** The targets of `segsync.yaml`. */
import { loadWarehouse, warehouseNames } from '../adapters.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';
import { interpolateMap } from './interpolate.ts';
import { checkKnown, checkName } from './names.ts';
import { child, inWords, without, type YamlEntry, type YamlMap, type YamlNode } from './node.ts';
import { readOptions } from './options.ts';
import type { Problems } from './problems.ts';
import type { Target } from './project.ts';

/** Keys of a target that are not its warehouse's. */
export const TARGET_KEYS = ['type', 'vars'];

/** A target with its adapter. */
export interface ResolvedTarget {
  readonly target: Target;
  readonly warehouse: Warehouse;
}

/** The target that runs use: the one asked for, else the default, else the only one; undefined after reporting. */
export function chooseTarget(
  targets: YamlMap,
  wanted: { readonly asked?: string; readonly byDefault?: string; readonly defaultPlace?: Place },
  problems: Problems,
): { inUse: string; byDefault: string } | undefined {
  const names = [...targets.entries.keys()];
  const { asked, defaultPlace = targets.place } = wanted;
  const byDefault = wanted.byDefault ?? (names.length === 1 ? names[0] : undefined);
  if (names.length === 0) {
    return problems.report('E106', { key: 'targets', expected: 'at least one target' }, targets.place);
  }
  if (byDefault === undefined) return problems.report('E104', { key: 'default_target' }, targets.place);
  if (!checkKnown('target', byDefault, names, defaultPlace, problems)) return undefined;
  if (asked === undefined || names.includes(asked)) return { inUse: asked ?? byDefault, byDefault };
  return problems.report('E609', { name: asked, known: names, suggestion: nearest(asked, names) });
}

/** One target; `context.values` are those under this target. Undefined after reporting. */
export async function resolveTarget(
  name: string,
  entry: YamlEntry,
  context: Context,
): Promise<ResolvedTarget | undefined> {
  const { problems, world } = context;
  const label = `targets.${name}`;
  const isNamed = checkName('target', name, entry.keyPlace, problems);
  if (entry.value.kind !== 'map') {
    const expected = `a mapping, but it is ${inWords(entry.value)}`;
    return problems.report('E106', { key: label, expected }, entry.value.place);
  }
  const node = interpolateMap(entry.value, context.values, problems);
  const type = typeOf(node, label, entry.keyPlace, problems);
  if (!type) return undefined;
  const warehouse = await loadWarehouse(world, type.text);
  if (!warehouse) {
    checkKnown('warehouse type', type.text, await warehouseNames(world), type.place, problems);
    return undefined;
  }
  const options = readOptions(
    without(node, TARGET_KEYS),
    { schema: warehouse.options, secrets: warehouse.secrets, inUse: name === context.target, label },
    context,
  );
  return isNamed
    ? { target: { name, type: type.text, options, place: entry.keyPlace }, warehouse }
    : undefined;
}

/** The text of `type:`; undefined after reporting. */
export function typeOf(
  node: YamlMap,
  label: string,
  place: Place,
  problems: Problems,
): Extract<YamlNode, { kind: 'text' }> | undefined {
  const type = child(node, 'type');
  const key = label ? `${label}.type` : 'type';
  if (!type) return missingType(node, key, place, problems);
  if (type.kind === 'text') return type;
  return problems.report('E106', { key, expected: `text, but it is ${inWords(type)}` }, type.place);
}

/** What else may stand there depends on the type: of the keys only a misspelt `type` is told. */
function missingType(node: YamlMap, key: string, place: Place, problems: Problems): undefined {
  const typo = [...node.entries].find(([name]) => nearest(name, ['type']));
  if (!typo) return problems.report('E104', { key }, place);
  const [name, { keyPlace }] = typo;
  problems.report('E105', { key: name, known: ['type'], suggestion: 'type' }, keyPlace);
}
