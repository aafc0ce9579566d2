/** Values -> YAML as a person would write it. */
import { stringify } from 'yaml';

/** Blocks, long lines left whole, strings quoted only where they must be. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0, version: '1.2' });
}
