/** `plan --out FILE` and `run --plan FILE`: a plan that is kept, and a run that does just that or refuses. */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { reasonOf } from '../config/read.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { RunReport } from '../report/results.ts';
import type { Basis } from '../run/basis.ts';
import type { World } from '../world.ts';

const names = z.array(z.string());
const lines = z.record(z.string(), z.string());

const planFile = z.object({
  version: z.literal(1),
  kind: z.literal('segsync plan'),
  project: z.string(),
  target: z.string(),
  request: z.object({
    segments: names,
    syncs: names,
    full: z.boolean(),
    allow_removal: names,
    allow_add: names,
    adopt_state: z.boolean(),
  }),
  basis: z.object({ segments: lines, syncs: lines }),
});

export type PlanFile = z.infer<typeof planFile>;

/** Written whole or not at all. Throws E614. */
export async function writePlanFile(
  world: World,
  file: string,
  plan: Omit<PlanFile, 'version' | 'kind'>,
  report: RunReport,
): Promise<void> {
  const { basis, ...rest } = plan;
  const content = { version: 1, kind: 'segsync plan', ...rest, basis, report };
  const folder = dirname(absolute(world, file));
  // A folder that is misspelt is not made.
  if (!world.files.exists(folder)) fail('E614', { file, reason: `there is no folder ${dirname(file)}` });
  try {
    await world.files.replace(absolute(world, file), `${JSON.stringify(content, null, 2)}\n`);
  } catch (error) {
    fail('E614', { file, reason: reasonOf(error) });
  }
}

/** Throws E613 for what is no plan. */
export async function readPlanFile(world: World, file: string): Promise<PlanFile & { basis: Basis }> {
  let text: string;
  try {
    text = await world.files.readText(absolute(world, file));
  } catch (error) {
    return fail('E613', { file, reason: reasonOf(error) });
  }
  const parsed = planFile.safeParse(jsonOf(text));
  return parsed.success
    ? parsed.data
    : fail('E613', { file, reason: 'it was not written by `segsync plan --out`' });
}

function absolute(world: World, file: string): string {
  return resolve(world.process.workingFolder, file);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
