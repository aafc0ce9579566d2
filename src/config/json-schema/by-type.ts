/** What adapters add: a target's or a destination's own options, told by its `type`. */

import type { z } from 'zod';
import { fromZod } from './from-zod.ts';
import type { JsonSchema, Properties } from './json-schema.ts';

export interface Typed {
  readonly type: string;
  readonly options: z.ZodType;
  readonly secrets: readonly string[];
  /** Keys that are not the adapter's and that this type asks for. */
  readonly required: readonly string[];
}

/** A mapping with `type`, the `own` keys and, once the type is known, those of its adapter and no others. */
export function byType(typed: readonly Typed[], own: Properties, kind: string): JsonSchema {
  const types = typed.map(({ type }) => type);
  return {
    type: 'object',
    properties: {
      type: { description: `The type of ${kind}.`, type: 'string', enum: types },
      ...own,
    },
    required: ['type'],
    allOf: typed.map(({ type }) => ({
      if: { properties: { type: { const: type } }, required: ['type'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { $ref: `#/definitions/${kind}_${type}` },
    })),
  };
}

/** The definitions that `byType` refers to. */
export function typeDefinitions(typed: readonly Typed[], own: readonly string[], kind: string): Properties {
  return Object.fromEntries(typed.map((each) => [`${kind}_${each.type}`, optionsOf(each, own)]));
}

function optionsOf({ type, options, secrets, required }: Typed, own: readonly string[]): JsonSchema {
  const schema = fromZod(options) as { properties?: Properties; required?: readonly string[] };
  const properties = Object.entries(schema.properties ?? {}).map(([name, option]) => [
    name,
    secrets.includes(name) && !('examples' in option)
      ? { ...option, examples: [secretExample(type, name, option)] }
      : option,
  ]);
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(['type', ...own].map((name) => [name, true])),
      ...Object.fromEntries(properties),
    },
    required: [...(schema.required ?? []), ...required],
    additionalProperties: false,
  };
}

function secretExample(type: string, name: string, option: JsonSchema): unknown {
  const reference = `\${env:${`${type}_${name}`.toUpperCase()}}`;
  return option.type === 'object' ? { Authorization: reference } : reference;
}
