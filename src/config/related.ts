/** Which segments refer to which, directly or through others: what `+x` and `x+` add to a selection. */
import type { Project } from './project.ts';
import { referencesOf } from './references.ts';

/** The segments that `names` refer to, and those that these refer to; without `names`, unless they are among them. */
export function referredTo(project: Project, names: ReadonlySet<string>): Set<string> {
  return reached(names, (name) => referencesIn(project, name));
}

/** The segments that refer to `names`, and those that refer to these. */
export function referringTo(project: Project, names: ReadonlySet<string>): Set<string> {
  const referring = new Map<string, string[]>();
  for (const name of project.segments.keys()) {
    for (const other of referencesIn(project, name)) {
      referring.set(other, [...(referring.get(other) ?? []), name]);
    }
  }
  return reached(names, (name) => referring.get(name) ?? []);
}

function referencesIn(project: Project, name: string): string[] {
  return referencesOf(project.segments.get(name)!.where).map(({ segment }) => segment);
}

function reached(from: ReadonlySet<string>, next: (name: string) => readonly string[]): Set<string> {
  const found = new Set<string>();
  const open = [...from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const fresh = next(name).filter((other) => !found.has(other));
    for (const other of fresh) found.add(other);
    open.push(...fresh);
  }
  return found;
}
