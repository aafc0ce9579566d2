/** Definitions as texts: noted by a run, set side by side by a plan. */
import { diffLines } from 'diff';
import { stringify } from 'yaml';
import type { FieldSource, Project, Sync } from '../config/project.ts';
import type { Scalar } from '../segment/condition.ts';
import { withoutPlaces } from '../segment/reads.ts';
import { noteTexts } from '../state/definition-texts.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import type { RunContext } from './context.ts';

/** What the state calls the text of a segment or sync. */
export function textName(kind: 'segment' | 'sync', name: string): string {
  return `${kind}:${name}`;
}

/** Of a sync as it is resolved: what a destination's defaults bring is in it. */
export function syncText(project: Project, sync: Sync): string {
  const { identifiers } = project.entities.get(project.segments.get(sync.segment)!.entity)!;
  const match = sync.match.map((name) => {
    const identifier = identifiers.get(name);
    return identifier ? `${name} (${identifier.kind} in ${identifier.trait})` : name;
  });
  const { consent, mode, exclude } = sync;
  return stringify(
    {
      audience: sync.audience,
      mode,
      match,
      ...(sync.fields.size > 0 ? { fields: fieldsOf(sync.fields) } : {}),
      ...(consent ? { consent: plain(JSON.parse(withoutPlaces(consent))) } : {}),
      ...(exclude === undefined ? {} : { exclude }),
    },
    { lineWidth: 0 },
  );
}

/** Notes what this run evaluated and delivered by. */
export async function noteDefinitions({ project, results, session, tables }: RunContext): Promise<void> {
  const texts = new Map<string, string>();
  for (const { segment, mode, error } of results.segments) {
    const text = project.segments.get(segment)?.text;
    if (text !== undefined && mode !== 'skipped' && !error) texts.set(textName('segment', segment), text);
  }
  for (const { sync, skipped, held, error } of results.syncs) {
    if (skipped || held || error) continue;
    texts.set(textName('sync', sync), syncText(project, project.syncs.get(sync)!));
  }
  try {
    await noteTexts(session, tables, texts);
  } catch (error) {
    // Only a plan's words depend on it; the next run notes them.
    if (!(error instanceof WarehouseError)) throw error;
  }
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

function fieldsOf(fields: ReadonlyMap<string, FieldSource>): Record<string, unknown> {
  return Object.fromEntries(
    [...fields].map(([field, source]) => {
      if ('trait' in source) return [field, source.trait];
      return [field, 'sql' in source ? { sql: source.sql } : { value: scalar(source.value) }];
    }),
  );
}

/** Without the places that it was written at, constants as they are written. */
function plain(of: unknown): unknown {
  if (Array.isArray(of)) return of.map(plain);
  if (of === null || typeof of !== 'object') return of;
  if ('type' in of) return scalar(of as Scalar);
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, plain(value)]));
}

function scalar(value: Scalar): unknown {
  return value.type === 'boolean' ? value.value : value.text;
}
