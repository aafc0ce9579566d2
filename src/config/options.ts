/** Options of a target or destination: checked by its adapter's schema, secrets put out of sight. */
import type { z } from 'zod';
import { check } from './check.ts';
import type { Context } from './context.ts';
import { requireSet } from './interpolate.ts';
import { child, textsOf, toValue, type YamlMap, type YamlNode } from './node.ts';
import type { Problems } from './problems.ts';
import { Secret } from './project.ts';

export interface OptionsRequest {
  readonly schema: z.ZodType;
  /** Names of options that are secrets. */
  readonly secrets: readonly string[];
  /** False where nothing is sent or opened by this run: a missing environment variable does not matter there. */
  readonly inUse: boolean;
  /** For messages. */
  readonly label: string;
}

/**
 * The options with defaults filled in. Where a variable is missing but does not matter, texts stay as written, with
 * empty `Secret`s. Reports what does not fit, and W102 for a secret that stands in the file.
 */
export function readOptions(
  node: YamlMap,
  request: OptionsRequest,
  { values, problems }: Context,
): Readonly<Record<string, unknown>> {
  const { schema, secrets, inUse, label } = request;
  if (inUse) requireSet(node, values, problems);
  const checked = check(schema, node, problems, { label }) ?? toValue(node);
  const options = { ...(checked as Record<string, unknown>) };
  for (const name of secrets) {
    const written = child(node, name);
    if (!written) continue;
    warnWhenInFile(name, written, problems);
    options[name] = hidden(options[name], written);
  }
  return options;
}

/** `value` with every text in it wrapped; `written` is what it came from. */
function hidden(value: unknown, written: YamlNode): unknown {
  if (typeof value === 'string') return secretOf(value, written);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, hidden(inner, child(written, key) ?? written)]),
  );
}

function secretOf(value: string, written: YamlNode): Secret {
  if (written.kind !== 'text') return new Secret(value);
  const origin = written.env && `env ${[...new Set(written.env)].join(', ')}`;
  return new Secret(written.unset ? '' : value, origin);
}

function warnWhenInFile(option: string, written: YamlNode, problems: Problems): void {
  for (const text of textsOf(written)) {
    const isLiteral = !text.env && !text.unset && text.text !== '';
    if (isLiteral && !isPlainAddress(text.text)) problems.report('W102', { option }, text.place);
  }
}

/** An address that carries no password or token is no secret, though the option may hold one. */
function isPlainAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.password === '' && !/pass|token|secret|key/i.test(url.search);
}
