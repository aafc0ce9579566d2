/** `${env:NAME}` and `${var:NAME}` may stand in any text: what asks for a form of it takes them, too. */
import type { JsonSchema } from './json-schema.ts';

export const REFERENCE_SCHEMA: JsonSchema = {
  description: 'Text that is filled in from the environment or from `vars:`.',
  type: 'string',
  pattern: '\\$\\{(env|var):',
  examples: [`\${env:NAME}`, `\${env:NAME:-default}`, `\${var:NAME}`],
};

/** What stays beside the choice between a text of the form and a reference. */
const NOTES = ['description', 'examples', 'default', 'title'];
/** What is no description of a value in a file. */
const UNTOUCHED = ['if', 'propertyNames', 'examples', 'default', 'enum', 'const', 'required'];

/** Whose keys are names of the file's, and no keywords. */
const NAMED = ['properties', 'definitions'];

/** The schema with references allowed wherever a text has to have a form. */
export function withReferences(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withReferences);
  if (typeof node !== 'object' || node === null) return node;
  const inner = mapped(node, (key, value) => {
    if (UNTOUCHED.includes(key)) return value;
    return NAMED.includes(key)
      ? mapped(value as object, (_, each) => withReferences(each))
      : withReferences(value);
  });
  return isFormOfText(inner) ? orReference(inner) : inner;
}

function mapped(node: object, change: (key: string, value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, change(key, value)]));
}

function isFormOfText(schema: JsonSchema): boolean {
  return schema.type === 'string' && ['pattern', 'format', 'enum', 'const'].some((key) => key in schema);
}

function orReference(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema);
  return {
    ...Object.fromEntries(entries.filter(([key]) => NOTES.includes(key))),
    anyOf: [
      Object.fromEntries(entries.filter(([key]) => !NOTES.includes(key))),
      { $ref: '#/definitions/reference' },
    ],
  };
}
