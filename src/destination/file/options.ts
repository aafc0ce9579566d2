/** The options of `type: file`. */
import { z } from 'zod';
import { FORMATS } from '../lines.ts';

const LAYOUTS = ['append', 'runs'] as const;

const DEFAULTS = { format: FORMATS[0], layout: LAYOUTS[0] };

/** Schema of the options as the YAML gives them. */
export const fileOptions = z.strictObject({
  directory: z
    .string()
    .min(1)
    .refine((path) => !path.includes('\0'), 'not a path')
    .describe('where the files are, relative to the project')
    .meta({ examples: ['out/crm'] }),
  format: z.enum(FORMATS).default(DEFAULTS.format).describe('one JSON document a line, or CSV'),
  layout: z
    .enum(LAYOUTS)
    .default(DEFAULTS.layout)
    .describe('one file that grows, or a file for each batch and a manifest for each run'),
});

export type FileSettings = z.output<typeof fileOptions>;

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function fileSettings(options: Readonly<Record<string, unknown>>): FileSettings {
  return { ...DEFAULTS, ...options } as FileSettings;
}
