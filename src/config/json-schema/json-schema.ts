/** JSON Schema of draft 7, the newest that editors of YAML take, and what builds it. */

export type JsonSchema = Readonly<Record<string, unknown>>;

export type Properties = Readonly<Record<string, JsonSchema>>;

/** A definition of the same document. */
export function ref(definition: string): JsonSchema {
  return { $ref: `#/definitions/${definition}` };
}

/** As `schema`, with what it is for here and how it is written. */
export function described(schema: JsonSchema, description: string, ...examples: unknown[]): JsonSchema {
  // Beside a `$ref`, draft 7 looks at nothing else.
  const inner = '$ref' in schema ? { allOf: [schema] } : schema;
  return { ...inner, description, ...(examples.length > 0 ? { examples } : {}) };
}

/** A mapping of these keys and no others. */
export function closed(properties: Properties, required: readonly string[] = []): JsonSchema {
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** A mapping that has one of the keys. */
export function exactlyOne(keys: readonly string[]): JsonSchema {
  return { oneOf: keys.map((key) => ({ required: [key] })) };
}

/** A mapping that has none or one of the keys. */
export function atMostOne(keys: readonly string[]): JsonSchema {
  const none = { not: { anyOf: keys.map((key) => ({ required: [key] })) } };
  return { oneOf: [none, ...keys.map((key) => ({ required: [key] }))] };
}

export const TEXT: JsonSchema = { type: 'string', minLength: 1 };

/** Properties of the same schema under each of the names, which the list is closed by. */
export function each<N extends string>(
  names: readonly N[],
  schema: (name: N) => JsonSchema,
): Record<N, JsonSchema> {
  return Object.fromEntries(names.map((name) => [name, schema(name)])) as Record<N, JsonSchema>;
}
