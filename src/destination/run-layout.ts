/**
 * Where whole runs stand, in a bucket as in a folder: each batch in a part of its own, and a manifest that lists the
 * parts of a run, written last. Whoever reads only what manifests list sees whole runs.
 */
import { formatInstant } from '../instant.ts';
import { audienceName } from './audience-name.ts';
import type { Batch, FinishedRun } from './destination.ts';

/** Named by the batch: sent again it overwrites itself. */
export function partPath({ audience, id }: Pick<Batch, 'audience' | 'id'>, ending: string): string {
  return `${audienceName(audience.name)}/parts/part-${id}.${ending}`;
}

/** A folder for each sync: in it, names sort as the manifests were written. */
export function manifestPath({ audience, sync, id }: Pick<FinishedRun, 'audience' | 'sync' | 'id'>): string {
  return `${audienceName(audience.name)}/manifests/${sync}/${id}.json`;
}

/** What a manifest is to tell of a part, as the state keeps it. */
export interface Placed {
  readonly path: string;
  readonly bytes: number;
}

/** The same text whenever the same run is told. */
export function manifestText(run: FinishedRun): string {
  const parts = run.parts.map(({ op, rows, at, part }) => {
    const { path, bytes } = JSON.parse(part) as Placed;
    return { path, op, rows, bytes, written_at: formatInstant(at) };
  });
  const sum = (of: 'rows' | 'bytes'): number => parts.reduce((total, each) => total + each[of], 0);
  const manifest = {
    version: 1,
    id: run.id,
    previous: run.previous ?? null,
    run_id: run.runId,
    sync: run.sync,
    segment: run.segment,
    audience: run.audience.name,
    finished_at: formatInstant(run.at),
    rows: sum('rows'),
    bytes: sum('bytes'),
    parts,
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
