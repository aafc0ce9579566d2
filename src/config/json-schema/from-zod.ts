/** The JSON Schema of what a zod schema reads. */
import { z } from 'zod';
import { type JsonSchema, ref } from './json-schema.ts';

/** Of the values as they are written, before defaults and transformations; shapes only, no rule between keys. */
export function fromZod(schema: z.ZodType): JsonSchema {
  const made = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // Only a program passes values of a class.
      if (zodSchema._zod.def.type === 'custom') Object.assign(jsonSchema, NEVER);
    },
  });
  const { $schema: _, ...rest } = made as Record<string, unknown>;
  return cleaned(rest) as JsonSchema;
}

/** What no file can hold, marked while zod's tree is walked and taken out afterwards. */
const NEVER = { not: {} };

function cleaned(node: unknown): unknown {
  if (Array.isArray(node)) return node.filter((each) => !isNever(each)).map(cleaned);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).filter(
    ([key, value]) => key !== '~standard' && !isUnbounded(key, value),
  );
  const inner = Object.fromEntries(entries.map(([key, value]) => [key, cleaned(value)]));
  return soleChoice(withOwnWords(inner));
}

function isNever(node: unknown): boolean {
  return JSON.stringify(node) === JSON.stringify(NEVER);
}

/** Every whole number of zod's is one that a double can tell from its neighbours: no bound that a person meant. */
function isUnbounded(key: string, value: unknown): boolean {
  return (key === 'maximum' || key === 'minimum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
}

/** Of our own words in zod's registry: `samples` are examples, a `part` is a definition. */
function withOwnWords({ samples, part, ...others }: Record<string, unknown>): Record<string, unknown> {
  return {
    ...(typeof part === 'string' ? { allOf: [ref(part)] } : {}),
    ...others,
    ...(Array.isArray(samples) ? { examples: samples } : {}),
  };
}

function soleChoice(schema: Record<string, unknown>): Record<string, unknown> {
  const { anyOf, ...others } = schema;
  return Array.isArray(anyOf) && anyOf.length === 1 ? { ...anyOf[0], ...others } : schema;
}
