/** Which keys a schema knows at a path: what "did you mean" chooses from. */
import type { z } from 'zod';

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}

/** Keys of the object (or of any of the objects) that `schema` allows at `path`, in the order declared. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let found = objectsIn(schema);
  for (const step of path) found = found.flatMap((each) => stepInto(each, step)).flatMap(objectsIn);
  return [...new Set(found.flatMap((each) => Object.keys(definition(each).shape ?? {})))];
}

function stepInto(schema: z.ZodType, step: PropertyKey): z.ZodType[] {
  const { shape, element, valueType } = definition(schema);
  const next = shape ? shape[String(step)] : (element ?? valueType);
  return next ? [next] : [];
}

/** The schema with its wrappers taken off, a union as its options. */
function objectsIn(schema: z.ZodType): z.ZodType[] {
  const { innerType, in: input, options } = definition(schema);
  if (options) return options.flatMap(objectsIn);
  const inner = innerType ?? input;
  return inner ? objectsIn(inner) : [schema];
}

function definition(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}
