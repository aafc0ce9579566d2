/** `.env.example`: what a target reads from the environment. */
import { fromZod } from '../config/json-schema/from-zod.ts';
import type { Properties } from '../config/json-schema/json-schema.ts';
import { type NewProject, targetOptions } from './new-project.ts';

/** Nothing for a target that reads nothing. */
export function environmentFile(project: NewProject): Readonly<Record<string, string>> {
  const options = fromZod(project.warehouse.options).properties as Properties;
  const entries = Object.entries(targetOptions(project)).flatMap(([option, value]) => {
    const match = /^\$\{env:(\w+)(?::-(.*))?\}$/.exec(value);
    return match ? [`# ${options[option]?.description ?? option}\n${match[1]}=${match[2] ?? ''}\n`] : [];
  });
  if (entries.length === 0) return {};
  const head = `# Copy this to .env and fill it in: \`segsync\` reads that file, unless CI is set. The environment wins.\n`;
  return { '.env.example': head + entries.join('') };
}
