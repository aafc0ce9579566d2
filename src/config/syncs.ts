/** All syncs of a project: names that are their own, and audiences that are. */
import { relative } from 'node:path';
import type { Problems } from './problems.ts';
import type { Sync } from './project.ts';
import type { ReadSync } from './resolve-sync.ts';

/** By name, in name order. Reports E111 (two of one name) and E118 (two to one audience). */
export function collectSyncs(read: readonly ReadSync[], root: string, problems: Problems): Map<string, Sync> {
  const byName = new Map<string, Sync>();
  const byAudience = new Map<string, ReadSync>();
  for (const each of read) {
    const { sync } = each;
    const first = byName.get(sync.name);
    if (first) reportSameName(first, sync, root, problems);
    else byName.set(sync.name, sync);
    checkAudience(each, byAudience, problems);
  }
  return sortedByName(byName);
}

function reportSameName(first: Sync, second: Sync, root: string, problems: Problems): void {
  const hint = 'give the second one a `name:`';
  const where = `${relative(root, first.place.file)}:${first.place.line}`;
  problems.report('E111', { kind: 'sync', name: second.name, first: where, hint }, second.place);
}

function checkAudience(each: ReadSync, byAudience: Map<string, ReadSync>, problems: Problems): void {
  const { sync, shared } = each;
  const id = JSON.stringify([sync.destination, sync.audience]);
  const other = byAudience.get(id);
  byAudience.set(id, other ?? each);
  if (!other || other.sync.name === sync.name || (other.shared && shared)) return;
  const { audience, destination } = sync;
  problems.report('E118', { sync: sync.name, other: other.sync.name, audience, destination }, sync.place);
}

/** The same map in name order. */
export function sortedByName<T>(map: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
