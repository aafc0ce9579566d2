/** What a schema's issues are in plain words. */
import type { z } from 'zod';
import { inWords, type YamlNode } from './node.ts';

type Issue = z.core.$ZodIssue;
export type OutOfBounds = Extract<Issue, { code: 'too_small' | 'too_big' }>;

/** Kinds of values as they are told. */
export const WANTED: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** A kind of value, in words. */
export function wanted(expected: string): string {
  return WANTED[expected] ?? expected;
}

/** `, but it is ...`, where that tells something new. */
export function butIs(expected: string, node: YamlNode): string {
  return expected === 'int' && node.kind === 'number' ? '' : `, but it is ${inWords(node)}`;
}

/** `1 or more` */
export function bounded(issue: OutOfBounds): string {
  return issue.code === 'too_small' ? `${issue.minimum} or more` : `${issue.maximum} or less`;
}

/** Of a text or list that is too short or too long. */
export function sized(issue: OutOfBounds): string {
  if (issue.code === 'too_small' && issue.minimum === 1) return 'must not be empty';
  const things = issue.origin === 'string' ? 'characters' : 'entries';
  return `must have ${bounded(issue)} ${things}`;
}

/** All values that are allowed. */
export function listed(values: readonly string[]): string {
  const quoted = values.map((value) => `\`${value}\``);
  return quoted.length === 1 ? quoted[0]! : `one of ${quoted.join(', ')}`;
}
