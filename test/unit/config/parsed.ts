/** Conditions as configuration reads them, and as tests expect them. */
import { parseCondition } from '../../../src/config/condition.ts';
import { Problems } from '../../../src/config/problems.ts';
import { parseYaml } from '../../../src/config/yaml.ts';
import type { Condition } from '../../../src/segment/condition.ts';

/** The condition that YAML means, without places; durations and instants as text. */
export function parsed(text: string): unknown {
  return withoutPlaces(parsedWithPlaces(text));
}

/** The condition that YAML means. */
export function parsedWithPlaces(text: string): Condition {
  const problems = new Problems();
  const node = parseYaml(text, '/segment.yaml', problems)!;
  const condition = parseCondition(node, { problems, timezone: 'Europe/Berlin' });
  problems.settle();
  return condition!;
}

function withoutPlaces(condition: Condition): unknown {
  const keep = (key: string, value: unknown): unknown =>
    key === 'place' ? undefined : typeof value === 'bigint' ? `${value}` : value;
  return JSON.parse(JSON.stringify(condition, keep));
}

export const number = (text: string) => ({ type: 'number', text });
export const text = (value: string) => ({ type: 'text', text: value });

/** `did: x` and what differs from it. */
export const rows = (parts: object) => ({
  kind: 'rows',
  source: 'x',
  measure: { fn: 'count' },
  test: { op: 'gte', value: number('1') },
  ...parts,
});
