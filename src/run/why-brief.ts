/** Why keys are in a segment, or are not, in a line each: the part of the condition that decides it. */
import type { Project } from '../config/project.ts';
import { prepareSegment } from '../evaluate/prepared.ts';
import type { Instant } from '../instant.ts';
import type { WhyCondition } from '../report/results.ts';
import { whyTree } from '../segment/why-nodes.ts';
import type { World } from '../world.ts';
import { type Opened, readTables } from './open.ts';
import { lookAt } from './why-condition.ts';
import { readWords } from './why-words.ts';

export interface BriefRequest {
  readonly segment: string;
  readonly keys: readonly string[];
  readonly t: Instant;
}

/** Reads only. */
export async function whyBriefly(
  world: World,
  project: Project,
  opened: Opened,
  { segment, keys, t }: BriefRequest,
): Promise<string[]> {
  const { session, warehouse, tables } = opened;
  const prepared = prepareSegment(project, project.segments.get(segment)!);
  const { catalog } = await readTables(session, warehouse.dialect, [prepared]);
  const root = whyTree(project, prepared.segment);
  const word = await readWords(world, root);
  const input = {
    ...{ entity: prepared.entity, verdict: root.verdict, capabilities: warehouse.capabilities },
    membership: { kind: 'state', sql: tables.from('membership'), sliced: tables.sliced } as const,
    scope: { catalog, timezone: project.timezone, t },
  };
  return session.scratch(async (statements) => {
    const lines: string[] = [];
    for (const key of keys) {
      const asked = { statements, dialect: warehouse.dialect, input: { ...input, key }, root, word, rows: 0 };
      const { found, condition } = await lookAt(asked);
      lines.push(found > 0 ? `${key} ${decisive(condition)}` : `${key}: no such ${prepared.entity.name}`);
    }
    return lines;
  });
}

/** The first part that decides the whole, in the words of the YAML. */
function decisive(condition: WhyCondition): string {
  const { kind, holds, of = [] } = condition;
  const decides = kind === 'not' && of.length > 0 ? of[0] : of.find((each) => each.holds === holds);
  if (decides) return decisive(decides);
  const values = (condition.values ?? []).map(({ name, value }) => `${name} = ${value ?? 'unknown'}`);
  const told = values.length > 0 ? ` (${values.join(', ')})` : '';
  return `${holds ? 'fulfils' : 'does not fulfil'} \`${condition.text}\`${told}`;
}
