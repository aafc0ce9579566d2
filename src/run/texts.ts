/** Definitions as texts: noted by a run, set side by side by a plan. */
import { diffLines } from 'diff';
import { syncFingerprint } from '../deliver/fingerprint.ts';
import { prepareSegment } from '../evaluate/prepared.ts';
import { type DefinitionText, noteTexts } from '../state/definition-texts.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import type { RunContext } from './context.ts';

/** What the state calls the text of a segment or sync. */
export function textName(kind: 'segment' | 'sync', name: string): string {
  return `${kind}:${name}`;
}

/** Notes what this run evaluated and delivered by. */
export async function noteDefinitions({ project, results, session, tables }: RunContext): Promise<void> {
  const texts = new Map<string, DefinitionText>();
  for (const { segment: name, mode, error } of results.segments) {
    const segment = project.segments.get(name);
    if (segment?.text === undefined || mode === 'skipped' || error) continue;
    const { fingerprint } = prepareSegment(project, segment);
    texts.set(textName('segment', name), { fingerprint, text: segment.text });
  }
  for (const { sync: name, skipped, held, error } of results.syncs) {
    const sync = project.syncs.get(name)!;
    if (sync.text === undefined || skipped || held || error) continue;
    texts.set(textName('sync', name), { fingerprint: syncFingerprint(project, sync), text: sync.text });
  }
  try {
    await noteTexts(session, tables, texts);
  } catch (error) {
    // Only a plan's words depend on it; the next run notes them.
    if (!(error instanceof WarehouseError)) throw error;
  }
}

/** The text that was noted of a definition with this fingerprint; undefined where that is not known. */
export function textOf(
  texts: ReadonlyMap<string, DefinitionText>,
  kind: 'segment' | 'sync',
  { name, fingerprint }: { name: string; fingerprint: string | undefined },
): string | undefined {
  const noted = texts.get(textName(kind, name));
  return noted?.fingerprint === fingerprint ? noted?.text : undefined;
}

/** Lines that stand around a change, so that it can be found. */
const AROUND = 2;

/** The lines of two texts that differ, each with `-` or `+` before it, and a few around them with a space; `@` where some are left out. */
export function differences(before: string, after: string): string[] {
  const lines = diffLines(before, after).flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${added ? '+' : removed ? '-' : ' '} ${line}`),
  );
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some((line) => !line.startsWith(' '));
  const near = [...lines.keys()].filter(isNear);
  return near.flatMap((index, i) => {
    const isApart = i > 0 && near[i - 1] !== index - 1;
    return isApart ? ['@', lines[index]!] : [lines[index]!];
  });
}
