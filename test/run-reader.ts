/** Reads whole runs as a consumer of them should: by manifests alone, and strictly. */
import { gunzipSync } from 'node:zlib';
import { type Line, type Member, parseLines, replay } from './replay-files.ts';

export interface ManifestPart {
  readonly path: string;
  readonly op: string;
  readonly rows: number;
  readonly bytes: number;
  readonly written_at: string;
}

export interface Manifest {
  readonly version: 1;
  readonly id: string;
  readonly previous: string | null;
  readonly run_id: string;
  readonly sync: string;
  readonly segment: string;
  readonly audience: string;
  readonly finished_at: string;
  readonly rows: number;
  readonly bytes: number;
  readonly parts: readonly ManifestPart[];
}

export interface RunReader {
  /** In their order, each sync's after one another. */
  readonly manifests: readonly Manifest[];
  readonly lines: readonly Line[];
  readonly members: ReadonlyMap<string, Member>;
}

/** Where files or objects are, by path. */
export interface Shelf {
  /** Paths of all files below a folder. */
  list(folder: string): string[];
  read(path: string): Buffer | undefined;
}

/** Throws where a manifest is not the next one, lists a part twice, or one that is not as it says. */
export function readRuns(shelf: Shelf, audience: string): RunReader {
  const paths = shelf.list(`${audience}/manifests`).sort();
  const bySync = new Map<string, string[]>();
  for (const path of paths) {
    const sync = path.split('/').at(-2)!;
    bySync.set(sync, [...(bySync.get(sync) ?? []), path]);
  }
  const manifests: Manifest[] = [];
  const seen = new Set<string>();
  for (const [sync, own] of bySync) {
    let last: string | null = null;
    for (const path of own) {
      const manifest = JSON.parse(shelf.read(path)!.toString('utf8')) as Manifest;
      if (!path.endsWith(`/${manifest.id}.json`)) throw new Error(`${path} is called ${manifest.id}`);
      if (manifest.previous !== last) throw new Error(`${path} does not follow ${last}`);
      if (manifest.sync !== sync) throw new Error(`${path} is of ${manifest.sync}`);
      last = manifest.id;
      for (const part of manifest.parts) {
        if (seen.has(part.path)) throw new Error(`${part.path} is listed twice`);
        seen.add(part.path);
      }
      manifests.push(manifest);
    }
  }
  const parts = manifests.flatMap((manifest) => manifest.parts);
  // Of one sync they are in their order already.
  if (bySync.size > 1) parts.sort((a, b) => (a.written_at < b.written_at ? -1 : 1));
  const lines = parts.flatMap((part) => linesOf(shelf, part));
  return { manifests, lines, members: replay(lines) };
}

function linesOf(shelf: Shelf, { path, op, rows, bytes }: ManifestPart): Line[] {
  const body = shelf.read(path);
  if (!body) throw new Error(`${path} is missing`);
  if (body.length !== bytes) throw new Error(`${path} has ${body.length} bytes, not ${bytes}`);
  const isZipped = path.endsWith('.gz');
  const text = (isZipped ? gunzipSync(body) : body).toString('utf8');
  const lines = parseLines(isZipped ? path.slice(0, -3) : path, text);
  if (lines.length !== rows) throw new Error(`${path} has ${lines.length} rows, not ${rows}`);
  if (lines.some((line) => line.op !== op)) throw new Error(`${path} has other operations than ${op}`);
  return lines;
}
