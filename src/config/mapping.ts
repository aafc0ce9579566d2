/** What a sync sends and for whom: `fields:` and `consent:`. */
import { parseScalar, parseTest, TESTS } from './comparison.ts';
import { type ConditionScope, checkKeys } from './condition-scope.ts';
import { inWords, type YamlNode } from './node.ts';
import type { Consent, FieldSource } from './project.ts';

/** Payload fields in the order written: a trait's name, `{trait: NAME}`, `{value: CONSTANT}` or `{sql: EXPRESSION}`. Undefined after reporting. */
export function parseFields(node: YamlNode, scope: ConditionScope): Map<string, FieldSource> | undefined {
  if (node.kind !== 'map') {
    const expected = `a mapping of fields to traits, but it is ${inWords(node)}`;
    return scope.problems.report('E106', { key: 'fields', expected }, node.place);
  }
  const fields = new Map<string, FieldSource>();
  for (const [name, { value }] of node.entries) {
    const source = parseField(name, value, scope);
    if (source) fields.set(name, source);
  }
  return fields.size === node.entries.size ? fields : undefined;
}

/** What a field may be. */
export const FIELD_KINDS = ['trait', 'value', 'sql'] as const;

function parseField(name: string, node: YamlNode, scope: ConditionScope): FieldSource | undefined {
  if (node.kind === 'text' && node.text !== '') return { trait: node.text, place: node.place };
  const refuse = (): undefined => {
    const expected = `the name of a trait, but it is ${inWords(node)}`;
    const hint = 'a constant is written `{value: ...}`, an expression `{sql: ...}`';
    return scope.problems.report('E106', { key: `fields.${name}`, expected, hint }, node.place);
  };
  if (node.kind !== 'map') return refuse();
  checkKeys(node, FIELD_KINDS, scope);
  const [first, second] = FIELD_KINDS.filter((kind) => node.entries.has(kind));
  if (first && second) {
    const problem = { keys: [first, second], what: 'a field has one of them' };
    return scope.problems.report('E126', problem, node.entries.get(second)!.value.place);
  }
  const [trait, value, sql] = FIELD_KINDS.map((kind) => node.entries.get(kind)?.value);
  if (sql?.kind === 'text' && sql.text.trim() !== '') return { sql: sql.text, place: sql.place };
  if (trait?.kind === 'text') return { trait: trait.text, place: trait.place };
  const scalar = value && parseScalar('value', value, scope);
  return value ? scalar && { value: scalar } : refuse();
}

/** A trait with at most one operator; without one, `eq: true`. Undefined after reporting. */
export function parseConsent(node: YamlNode, scope: ConditionScope): Consent | undefined {
  const trait = node.kind === 'map' ? node.entries.get('trait')?.value : undefined;
  if (node.kind !== 'map' || trait?.kind !== 'text') {
    const expected = `\`{trait: NAME}\`, but ${trait ? 'its trait' : 'it'} is ${inWords(trait ?? node)}`;
    return scope.problems.report('E106', { key: 'consent', expected }, (trait ?? node).place);
  }
  checkKeys(node, ['trait', ...TESTS], scope);
  const present = TESTS.filter((name) => node.entries.has(name));
  const [name, second] = present;
  if (second) {
    const problem = { keys: present, what: 'consent has one operator' };
    return scope.problems.report('E126', problem, node.entries.get(second)!.keyPlace);
  }
  if (!name)
    return {
      trait: trait.text,
      test: { op: 'eq', value: { type: 'boolean', value: true }, place: trait.place },
    };
  const test = parseTest(name, node.entries.get(name)!, scope);
  return test && { trait: trait.text, test };
}
