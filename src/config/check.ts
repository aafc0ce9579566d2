/** Checks a part of a YAML tree by a schema and reports what does not fit, at its place and in plain words. */
import type { z } from 'zod';
import { nearest } from '../diagnostics/suggest.ts';
import { inWords, locate, toValue, type YamlNode } from './node.ts';
import type { Problems } from './problems.ts';
import { quotesHint } from './quotes.ts';
import { keysAt } from './schema-keys.ts';
import { bounded, butIs, listed, sized, WANTED, wanted } from './wording.ts';

export interface CheckOptions {
  /** Keys of a later version: they get E112 instead of "unknown key". */
  readonly notYet?: readonly string[];
  /** Where the tree hangs, for messages: `targets.prod`. */
  readonly label?: string;
}

type Issue = z.core.$ZodIssue;

interface Subject {
  readonly schema: z.ZodType;
  readonly root: YamlNode;
  readonly problems: Problems;
  readonly notYet: readonly string[];
  readonly label: string;
}

/**
 * The schema's output; undefined after reporting (E104, E105, E106, E112, E116) all that does not fit. A text whose
 * references have no value is not judged: that is reported where it matters.
 */
export function check<S extends z.ZodType>(
  schema: S,
  root: YamlNode,
  problems: Problems,
  options: CheckOptions = {},
): z.output<S> | undefined {
  const result = schema.safeParse(toValue(root));
  if (result.success) return result.data;
  const { notYet = [], label = '' } = options;
  for (const issue of result.error.issues) reportIssue(issue, [], { schema, root, problems, notYet, label });
  return undefined;
}

function reportIssue(issue: Issue, above: readonly PropertyKey[], subject: Subject): undefined {
  const path = [...above, ...issue.path];
  const { node, place } = locate(subject.root, path);
  const key = label(path, subject);
  if (node?.kind === 'text' && node.unset) return;
  if (issue.code === 'unrecognized_keys') return reportUnknown(issue.keys, path, subject);
  if (!node) return subject.problems.report('E104', { key }, place);
  if (issue.code === 'invalid_union') return reportUnion(issue, path, subject);
  const wrong = (expected: string, hint?: string): undefined =>
    subject.problems.report('E106', { key, expected, hint }, node.place);
  switch (issue.code) {
    case 'invalid_type':
      return wrong(
        `${wanted(issue.expected)}${butIs(issue.expected, node)}`,
        quotesHint(issue.expected, path, subject),
      );
    case 'too_small':
    case 'too_big':
      if (issue.origin === 'number' || issue.origin === 'int') return wrong(bounded(issue));
      return subject.problems.report('E116', { key, detail: sized(issue) }, node.place);
    case 'invalid_value': {
      const values = issue.values.map(String);
      const near = node.kind === 'text' ? nearest(node.text, values) : undefined;
      return wrong(listed(values), near && `did you mean \`${near}\`?`);
    }
    default:
      if (issue.code === 'custom' && issue.params?.expected) return wrong(issue.message, issue.params.hint);
      return subject.problems.report('E116', { key, detail: detailOf(issue) }, node.place);
  }
}

/** A schema's own message; that of a bad key tells more than that there is one. */
function detailOf(issue: Issue): string {
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** Of a union, the branch that fits the value's kind tells best what is wrong; when none fits, all that would. */
function reportUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly PropertyKey[],
  subject: Subject,
): undefined {
  const isOfOtherKind = (each: Issue): boolean =>
    each.path.length === 0 && (each.code === 'invalid_type' || each.code === 'invalid_value');
  const fitting = issue.errors.find((branch) => !branch.some(isOfOtherKind));
  for (const each of fitting ?? []) reportIssue(each, path, subject);
  if (fitting) return;
  const { node, place } = locate(subject.root, path);
  const choices = new Set(issue.errors.flat().flatMap(choicesOf));
  const expected = `${[...choices].join(' or ')}${node ? `, but it is ${inWords(node)}` : ''}`;
  subject.problems.report('E106', { key: label(path, subject), expected }, node?.place ?? place);
}

function choicesOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map((value) => `\`${String(value)}\``);
  const kind = issue.code === 'invalid_type' ? WANTED[issue.expected] : undefined;
  return kind ? [kind] : [];
}

function reportUnknown(keys: readonly string[], path: readonly PropertyKey[], subject: Subject): undefined {
  const known = keysAt(subject.schema, path);
  for (const key of keys) reportUnknownKey(key, known, locate(subject.root, [...path, key]).place, subject);
}

/** Reports one key that is not known where it stands (E105), or not yet (E112). */
export function reportUnknownKey(
  key: string,
  known: readonly string[],
  place: YamlNode['place'],
  { problems, notYet }: Pick<Subject, 'problems' | 'notYet'>,
): undefined {
  if (notYet.includes(key)) return problems.report('E112', { key }, place);
  problems.report('E105', { key, known, suggestion: nearest(key, known) }, place);
}

/** `sync[0].match`, below where the tree hangs. */
function label(path: readonly PropertyKey[], subject: Subject): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return (subject.label + text).replace(/^\./, '') || 'this file';
}
