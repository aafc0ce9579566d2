/** What `validate` tells beyond what reading a project does, without a connection. Each segment is looked at by itself. */
import { loadWarehouse } from '../adapters.ts';
import type { Project } from '../config/project.ts';
import type { Selection } from '../config/select.ts';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import type { Kinds } from '../evaluate/mode.ts';
import { prepareSegment } from '../evaluate/prepared.ts';
import { judgeSegment } from '../segment/judge.ts';
import { judgeSlowTables } from '../segment/judge-freshness.ts';
import type { World } from '../world.ts';
import { tooFast } from './pace.ts';
import { refusedFields } from './refused-field.ts';
import { refusedFull } from './refused-full.ts';
import { unusedTiers } from './unused-tiers.ts';

/** Warnings, and E217 for segments that would be full at every tick of a fast tier whatever the warehouse says. */
export async function checkProject(
  world: World,
  project: Project,
  { target, ...selection }: Selection & { readonly target: string },
): Promise<Diagnostic[]> {
  const warehouse = await loadWarehouse(world, project.targets.get(target)!.type);
  const found = [...unusedTiers(project), ...tooFast(project, warehouse!, { target, ...selection })];
  for (const segment of project.segments.values()) {
    if (!selection.segments.has(segment.name)) continue;
    for (const each of judgeSegment(project, segment)) {
      if (!(each.code === 'W206' && (await speaksOfRows(world, each.place!)))) found.push(each);
    }
    const prepared = prepareSegment(project, segment);
    const refusal = refusedFull(project, prepared, CERTAIN);
    found.push(...(refusal ? [refusal] : []), ...refusedFields(prepared, CERTAIN));
  }
  const looked = [...project.segments.values()].filter(({ name }) => selection.segments.has(name));
  return [...found, ...judgeSlowTables(project, looked)];
}

/** A cursor that is declared may serve, and functions may stand still: the warehouse knows better. */
const CERTAIN: Kinds = {
  cursorKind: ({ table }) => (table.cursor ? 'time' : undefined),
  mayMove: () => false,
};

/**
 * Whether `has:` stands before a source's name, and not `did:`. They mean the same; but who has a row that is old has it
 * today, while who did something long ago may have done it again.
 */
async function speaksOfRows(world: World, { file, line, column }: Place): Promise<boolean> {
  const text = await world.files.readText(file);
  const before = text.split(/\r\n|\r|\n/)[line - 1]?.slice(0, column - 1) ?? '';
  return /\bhas["']?\s*:\s*$/.test(before);
}
