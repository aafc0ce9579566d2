/** What a key of a project file is for and how it is written: shown by editors, which read it from the JSON Schemas. */
import type { z } from 'zod';

/**
 * `schema` with a description, and examples where its kind does not say enough. They are kept as `samples`: zod drops
 * the `examples` of what it transforms.
 */
export function about<S extends z.ZodType>(schema: S, description: string, ...examples: unknown[]): S {
  return schema.meta({ description, ...(examples.length > 0 ? { samples: examples } : {}) }) as S;
}
