/** The word that rows are asked for by in a file: parsing keeps its place, not whether it was `did` or `has`. */
import type { Condition, SequenceStep, Value } from '../segment/condition.ts';
import type { WordOf } from '../segment/said.ts';
import type { WhyNode } from '../segment/why-nodes.ts';
import { nodesOf } from '../segment/why-nodes.ts';
import type { World } from '../world.ts';

const WORD = /\b(did_not|has_no|did|has)\s*:\s*["']?$/;

/** Reads the files that a tree's conditions stand in; where one cannot be read, every word is `did`. */
export async function readWords(world: World, root: WhyNode): Promise<WordOf> {
  const files = [...new Set(nodesOf(root).flatMap(({ condition }) => placesOf(condition)))];
  const lines = new Map<string, readonly string[]>();
  for (const file of files) {
    const text = await world.files.readText(file).catch(() => '');
    lines.set(file, text.split(/\r?\n/));
  }
  return ({ place }) => {
    const before = lines.get(place.file)?.[place.line - 1]?.slice(0, place.column - 1) ?? '';
    return WORD.exec(before)?.[1] ?? 'did';
  };
}

function placesOf(condition: Condition): string[] {
  if (condition.kind === 'sequence') return condition.steps.map((step: SequenceStep) => step.place.file);
  if (condition.kind === 'compare') return [condition.left, condition.right].flatMap(sideFiles);
  return [condition.place.file];
}

function sideFiles(side: Value): string[] {
  return side.kind === 'measure' ? [side.measured.place.file] : [];
}
