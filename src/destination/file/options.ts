/** The options of `type: file`. */
import { z } from 'zod';

export const FORMATS = ['ndjson', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** Schema of the options as the YAML gives them. */
export const fileOptions = z.strictObject({
  directory: z
    .string()
    .min(1)
    .refine((path) => !path.includes('\0'), 'not a path'),
  format: z.enum(FORMATS).default('ndjson'),
});

export type FileSettings = z.output<typeof fileOptions>;
