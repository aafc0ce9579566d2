/** Definitions as texts: noted by a run, set beside today's by a plan. */
import { segmentText, syncText } from '../config/written.ts';
import { syncFingerprint } from '../deliver/fingerprint.ts';
import { type DefinitionText, noteTexts } from '../state/definition-texts.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import type { RunContext } from './context.ts';

/** What the state calls the text of a segment or sync. */
export function textName(kind: 'segment' | 'sync', name: string): string {
  return `${kind}:${name}`;
}

/** Notes what this run evaluated and delivered by. */
export async function noteDefinitions(context: RunContext): Promise<void> {
  const { session, tables, options } = context;
  const texts = new Map([...textsOf(context)].filter(([name]) => !options.kept?.noted.has(name)));
  if (texts.size === 0) return;
  try {
    await noteTexts(session, tables, texts);
    for (const name of texts.keys()) options.kept?.noted.add(name);
  } catch (error) {
    // Only a plan's words depend on it; the next run notes them.
    if (!(error instanceof WarehouseError)) throw error;
  }
}

function textsOf({ project, prepared, results }: RunContext): Map<string, DefinitionText> {
  const texts = new Map<string, DefinitionText>();
  for (const { segment: name, mode, error } of results.segments) {
    const own = prepared.get(name);
    const text = own && mode !== 'skipped' && !error ? segmentText(own.segment) : undefined;
    if (text !== undefined) texts.set(textName('segment', name), { fingerprint: own!.fingerprint, text });
  }
  for (const { sync: name, skipped, held, error } of results.syncs) {
    const sync = project.syncs.get(name)!;
    const text = skipped || held || error ? undefined : syncText(sync);
    if (text !== undefined)
      texts.set(textName('sync', name), { fingerprint: syncFingerprint(project, sync), text });
  }
  return texts;
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
