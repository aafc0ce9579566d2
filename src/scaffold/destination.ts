/** A destination to begin with: one that needs no account. */
import { destinationTypes, loadDestination } from '../adapters.ts';
import type { World } from '../world.ts';
import { yamlText } from './yaml-text.ts';

export interface SampleDestination {
  readonly name: string;
  readonly type: string;
  readonly options: Readonly<Record<string, string>>;
}

/** Of the types there are, the first that has a sample. */
export async function sampleDestination(world: World): Promise<SampleDestination> {
  for (const type of await destinationTypes(world)) {
    const options = (await loadDestination(world, type))!.manifest.sample;
    if (options) return { name: `crm_${type}`, type, options };
  }
  throw new Error('no type of destination has a sample');
}

export function destinationFile({ type, options }: SampleDestination): string {
  return `# Stands in for a marketing tool: who enters and leaves is written below ${options.directory ?? 'the project'}/.
# \`segsync destinations\` lists what it may be instead.
${yamlText({ type, ...options })}`;
}
