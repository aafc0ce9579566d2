/** The options of `type: file`. */
import { z } from 'zod';
import { FORMATS } from '../lines.ts';

const DEFAULTS = { format: FORMATS[0] };

/** Schema of the options as the YAML gives them. */
export const fileOptions = z.strictObject({
  directory: z
    .string()
    .min(1)
    .refine((path) => !path.includes('\0'), 'not a path')
    .describe('where the files are, relative to the project'),
  format: z.enum(FORMATS).default(DEFAULTS.format).describe('one JSON document a line, or CSV'),
});

export type FileSettings = z.output<typeof fileOptions>;

/** Options -> settings; also without defaults, as they are where a reference has no value and nothing is sent. */
export function fileSettings(options: Readonly<Record<string, unknown>>): FileSettings {
  return { ...DEFAULTS, ...options } as FileSettings;
}
