/**
 * Texts with names in braces, as `destinations/*.yaml` has them: `{email}`, `{fields.plan}`, `{sha256(lower(key))}`.
 * `{{` is a brace. A text that is nothing but one name takes the value as it is: a number stays a number.
 */
import { createHash } from 'node:crypto';
import type { FieldValue } from '../destination.ts';
import { fieldJson } from '../json.ts';

/** Name -> value; undefined: this member has none. */
export type Scope = (name: string) => FieldValue | undefined;

interface Placeholder {
  readonly name: string;
  /** Applied in order. */
  readonly functions: readonly string[];
}

type Part = string | Placeholder;

const digest =
  (algorithm: string, encoding: 'hex' | 'base64') =>
  (text: string): string =>
    createHash(algorithm).update(text, 'utf8').digest(encoding);

const FUNCTIONS: Readonly<Record<string, (text: string) => string>> = {
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  trim: (text) => text.trim(),
  digits: (text) => text.replace(/\D/g, ''),
  sha256: digest('sha256', 'hex'),
  sha256_base64: digest('sha256', 'base64'),
  sha1: digest('sha1', 'hex'),
  md5: digest('md5', 'hex'),
};

/** What may stand around a name. */
export const FUNCTION_NAMES = Object.keys(FUNCTIONS);

/** What stands after `$` is a reference of the project's, not one of ours. */
const PIECE = /\{\{|\}\}|(?<!\$)\{([^{}]*)\}/g;

/** A template's parts; throws an `Error` whose message tells what is wrong with a placeholder. */
export function parseTemplate(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(PIECE)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    parts.push(match[1] === undefined ? match[0][0]! : parsePlaceholder(match[1]));
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== '');
}

function parsePlaceholder(written: string): Placeholder {
  const functions: string[] = [];
  let rest = written.trim();
  for (let call = /^([a-z0-9_]+)\((.*)\)$/.exec(rest); call; call = /^([a-z0-9_]+)\((.*)\)$/.exec(rest)) {
    const [, name, inner] = call;
    if (!(name! in FUNCTIONS)) {
      throw new Error(`there is no function \`${name}\`; there are ${FUNCTION_NAMES.join(', ')}`);
    }
    functions.unshift(name!);
    rest = inner!.trim();
  }
  if (!/^[A-Za-z0-9_]+(\.[^\s(){}]+)?$/.test(rest))
    throw new Error(`\`{${written}}\` is no placeholder; a brace of its own is written \`{{\``);
  return { name: rest, functions };
}

/** Names that a template uses. Throws as `parseTemplate` does. */
export function namesIn(text: string): string[] {
  return parseTemplate(text).flatMap((part) => (typeof part === 'string' ? [] : [part.name]));
}

/** The template as text; `encode` is applied to what the placeholders stand for. */
export function fillText(template: string, scope: Scope, encode = (text: string): string => text): string {
  return partsOf(template)
    .map((part) => (typeof part === 'string' ? part : encode(textOf(resolve(part, scope)))))
    .join('');
}

/** The template as JSON; undefined where it is nothing but one name that has no value. */
export function fillJson(template: string, scope: Scope): string | undefined {
  const [first, ...rest] = partsOf(template);
  if (first === undefined || typeof first === 'string' || rest.length > 0)
    return JSON.stringify(fillText(template, scope));
  const value = resolve(first, scope);
  return value === undefined ? undefined : fieldJson(value);
}

const known = new Map<string, readonly Part[]>();

/** Parsed once. What does not parse was refused when the project was read: here it stands for itself. */
function partsOf(template: string): readonly Part[] {
  let parts = known.get(template);
  if (!parts) {
    try {
      parts = parseTemplate(template);
    } catch {
      parts = [template];
    }
    known.set(template, parts);
  }
  return parts;
}

function resolve({ name, functions }: Placeholder, scope: Scope): FieldValue | undefined {
  const value = scope(name);
  if (functions.length === 0 || value === undefined || value === null) return value;
  return functions.reduce((text, name) => FUNCTIONS[name]!(text), textOf(value));
}

function textOf(value: FieldValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? value.number : String(value);
}
