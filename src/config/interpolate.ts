/**
 * `${env:NAME}`, `${env:NAME:-default}` and `${var:NAME}` in any text. What has no value stays as it is written and
 * is marked, for it matters only where it is used: `requireSet` makes errors of the marks.
 */
import { nearest } from '../diagnostics/suggest.ts';
import type { Environment } from './dotenv.ts';
import { textsOf, type Unset, type YamlMap, type YamlNode, type YamlText } from './node.ts';
import type { Problems } from './problems.ts';

export interface Values {
  readonly environment: Environment;
  /** `vars:` whose own references are already replaced. */
  readonly variables: ReadonlyMap<string, YamlText>;
}

const REFERENCE = /\$\{(env|var):([^}]*)\}/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_.-]*?)(?::-(.*))?$/s;
const SHELL_STYLE = /\$\{([A-Z][A-Z0-9_]{2,})\}/;

/** The tree with its references replaced. Reports E109 (malformed) and W101 (`${NAME}`, which is no reference). */
export function interpolate(node: YamlNode, values: Values, problems: Problems): YamlNode {
  switch (node.kind) {
    case 'text':
      return interpolateText(node, values, problems);
    case 'list':
      return { ...node, items: node.items.map((item) => interpolate(item, values, problems)) };
    case 'map':
      return interpolateMap(node, values, problems);
    default:
      return node;
  }
}

/** As `interpolate`, for a mapping. */
export function interpolateMap(map: YamlMap, values: Values, problems: Problems): YamlMap {
  const entries = [...map.entries].map(
    ([key, entry]) => [key, { ...entry, value: interpolate(entry.value, values, problems) }] as const,
  );
  return { ...map, entries: new Map(entries) };
}

/** Reports E107 or E108 for everything in the tree that has no value. */
export function requireSet(node: YamlNode, values: Values, problems: Problems): void {
  for (const text of textsOf(node)) {
    for (const unset of text.unset ?? []) reportUnset(unset, text, values, problems);
  }
}

function reportUnset(unset: Unset, text: YamlText, values: Values, problems: Problems): undefined {
  if (unset.from === 'env') return problems.report('E107', { name: unset.name }, text.place);
  const suggestion = nearest(unset.name, values.variables.keys());
  problems.report('E108', { name: unset.name, suggestion }, text.place);
}

function interpolateText(node: YamlText, values: Values, problems: Problems): YamlText {
  const shellStyle = SHELL_STYLE.exec(node.text);
  if (shellStyle) problems.report('W101', { name: shellStyle[1]! }, node.place);
  if (!node.text.includes('${')) return node;
  const env: string[] = [];
  const unset: Unset[] = [];
  const text = node.text.replace(REFERENCE, (reference, from: Unset['from'], inside: string) => {
    const parts = NAME.exec(inside);
    if (!parts || (from === 'var' && parts[2] !== undefined)) {
      problems.report('E109', { reference }, node.place);
      return reference;
    }
    const found = from === 'env' ? fromEnvironment(parts, values) : fromVariables(parts[1]!, values);
    env.push(...found.env);
    unset.push(...found.unset);
    return found.text ?? reference;
  });
  return { ...node, text, ...(env.length > 0 ? { env } : {}), ...(unset.length > 0 ? { unset } : {}) };
}

interface Found {
  readonly text?: string;
  readonly env: readonly string[];
  readonly unset: readonly Unset[];
}

function fromEnvironment(parts: RegExpExecArray, values: Values): Found {
  const name = parts[1]!;
  const set = Object.hasOwn(values.environment, name) ? values.environment[name] : undefined;
  // As in a shell, `:-` also replaces an empty value: a CI system sets a missing secret to nothing.
  const text = parts[2] === undefined ? set : set || parts[2];
  return text === undefined
    ? { env: [name], unset: [{ from: 'env', name }] }
    : { text, env: [name], unset: [] };
}

function fromVariables(name: string, values: Values): Found {
  const variable = values.variables.get(name);
  if (!variable) return { env: [], unset: [{ from: 'var', name }] };
  const { text, env = [], unset = [] } = variable;
  return { text: unset.length > 0 ? undefined : text, env, unset };
}
