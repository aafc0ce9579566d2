/** What `run --after` names: a table of the project, a file, the results of a dbt run. */
import { resolve } from 'node:path';
import type { Project, Table } from '../config/project.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { relationName } from '../segment/reads.ts';

/** `text`: as it was typed. */
export type Awaited =
  | { readonly kind: 'file' | 'dbt'; readonly text: string; readonly path: string }
  /** A project may declare one table more than once: with other keys, and with other cursors. */
  | { readonly kind: 'table'; readonly text: string; readonly tables: readonly Table[] };

/** Throws E616 for a table that the project does not have, E617 for one whose news cannot be told. */
export function readAfter(texts: readonly string[], project: Project, folder: string): Awaited[] {
  return texts.map((text) => {
    const [, kind, path] = /^(file|dbt):(.+)$/s.exec(text) ?? [];
    if (path !== undefined) return { kind: kind as 'file' | 'dbt', text, path: resolve(folder, path) };
    return tableOf(text, project);
  });
}

function tableOf(text: string, project: Project): Awaited {
  const known = tablesOf(project);
  const found = known.filter(({ relation }) => relationName(relation) === text);
  if (found.length === 0) {
    const names = known.map(({ relation }) => relationName(relation));
    return fail('E616', { text, suggestion: nearest(text, names) });
  }
  const tables = found.filter(({ cursor }) => cursor !== undefined);
  if (tables.length === 0) return fail('E617', { text, reason: 'it has no `cursor`' });
  return { kind: 'table', text, tables };
}

/** Every table that is declared by its name. */
function tablesOf({ entities }: Project): Table[] {
  const all = [...entities.values()].flatMap((entity): Table[] => [
    entity,
    ...entity.traits.values(),
    ...[...entity.sources.values()].flatMap((source) => [
      source,
      ...(source.through ? [source.through] : []),
    ]),
  ]);
  return all.filter(({ relation }) => relation.kind === 'table');
}
