/** The design's rules on who may know whom, as functions from source files to violations. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

export interface SourceFile {
  /** From `src/`: `compile/tick.ts`. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly from: SourceFile;
  /** A path from `src/`, or a package's name. */
  readonly to: string;
  readonly typesOnly: boolean;
  /** `import()`: only once it is called. */
  readonly lazy: boolean;
}

/** Every source file of `src/`. */
export function sourceFiles(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: relative(root, file), text: readFileSync(file, 'utf8') }));
}

/** Layers -> those they may import, the base apart. Absent: a file of the base, or one that may import everything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  config: ['warehouse', 'destination'],
  segment: ['config'],
  compile: ['config', 'segment', 'warehouse'],
  warehouse: ['config'],
  destination: ['config'],
  state: ['config', 'warehouse'],
  evaluate: ['config', 'segment', 'compile', 'warehouse', 'state'],
  deliver: ['config', 'segment', 'compile', 'evaluate', 'warehouse', 'state', 'destination'],
  story: ['config', 'segment', 'compile', 'evaluate', 'warehouse', 'state'],
  report: ['config'],
  completion: ['config'],
  telemetry: ['config', 'report'],
  scaffold: ['config', 'warehouse', 'destination', 'state'],
  run: ['config', 'segment', 'compile', 'evaluate', 'deliver', 'warehouse', 'state', 'destination'],
};
const BASE = ['diagnostics'];
/** Words that the layers share: files of types, which may be imported (as types) from anywhere. */
const VOCABULARY = ['segment/condition.ts', 'config/project.ts', 'report/results.ts'];
/** Composes the layers. */
const COMPOSERS = /^(cli|pipeline)\.ts$|^(commands|resident)\//;

/** Imports that go against config -> segment -> compile -> evaluate -> deliver. */
export function againstTheFlow(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => !COMPOSERS.test(file.path))
    .flatMap(importsOf)
    .filter((entry) => isLocal(entry) && !isAllowed(entry))
    .map(told);
}

function isAllowed({ from, to, typesOnly }: Import): boolean {
  const [layer, target] = [layerOf(from.path), layerOf(to)];
  if (layer === target || BASE.includes(target) || (typesOnly && VOCABULARY.includes(to))) return true;
  if (layer === 'run' && typesOnly && to === 'pipeline.ts') return true;
  if (target === '.') return !COMPOSERS.test(to);
  // The base may speak of the layers' types, as adapters.ts does.
  if (layer === '.' || BASE.includes(layer)) return typesOnly;
  return MAY_IMPORT[layer]?.includes(target) ?? false;
}

/** Chains of imports of values, made while loading, that come back to where they began. */
export function circles(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter((entry) => isLocal(entry) && !entry.typesOnly && !entry.lazy)
        .map((entry) => entry.to),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

/** Mentions of an adapter outside its folder, comments and the texts of diagnostics apart. */
export function namedOutside(files: readonly SourceFile[], kind: 'warehouse' | 'destination'): string[] {
  const names = adapterNames(files, kind);
  return (
    files
      // What is said to people, and the examples they are shown.
      .filter((file) => !/^diagnostics\/(codes|pages)\//.test(file.path))
      // One kind of adapter may well be about what another kind is, too.
      .filter((file) => kind === 'destination' || !/^destination\/[^/]+\//.test(file.path))
      .flatMap((file) =>
        names
          .filter((name) => !file.path.startsWith(`${kind}/${name}/`) && mentions(file, name))
          .map((name) => `${file.path} names ${name}`),
      )
  );
}

function adapterNames(files: readonly SourceFile[], kind: string): string[] {
  const names = files.map((file) => new RegExp(`^${kind}/([^/]+)/`).exec(file.path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** Everyday words of this program, too: only as a type, or as a folder, do they name the destination. */
const EVERYDAY = new Set(['file', 'http', 'iterable', 'meta', 'segment', 'slack', 'sql', 'webhook']);

function mentions(file: SourceFile, name: string): boolean {
  const code = withoutComments(file.text);
  if (EVERYDAY.has(name))
    return new RegExp(`\\btype\\b[^\\w;,]{1,9}${name}\\b|destination/${name}/`).test(code);
  return new RegExp(name, 'i').test(code);
}

const DRIVERS = /^(@duckdb\/|aws4fetch$|@redis\/|kafkajs$|pg(-|$)|knex$)/;

/** Vendors' drivers imported outside an adapter's folder. */
export function strayDrivers(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => !/^(warehouse|destination)\/[^/]+\//.test(file.path))
    .flatMap(importsOf)
    .filter((entry) => DRIVERS.test(entry.to))
    .map(told);
}

/** Files that write to stdout and are none of those whose business it is. */
export function strayWriters(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => !/^(cli|world)\.ts$|^(commands|report)\//.test(file.path))
    .filter((file) => /\bstdout\b/.test(withoutComments(file.text)))
    .map((file) => `${file.path} speaks of stdout`);
}

const PAST_THE_DOOR =
  /\bMath\.random\b|\bAbortSignal\.timeout\b|\brandom(UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b/;

/** Files that reach randomness or timers past the world, where a lint rule on globals and modules cannot see it. */
export function pastTheWorld(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.path !== 'world.ts')
    .flatMap((file) => {
      const found = PAST_THE_DOOR.exec(withoutComments(file.text));
      return found ? [`${file.path} uses ${found[0]}`] : [];
    });
}

function importsOf(from: SourceFile): Import[] {
  const code = withoutComments(from.text);
  const declared = [...code.matchAll(/^(?:import|export)\s([^;]*?)\sfrom\s+'([^']+)'/gms)].map(
    ([, names, specifier]) => ({
      from,
      to: resolved(from, specifier!),
      typesOnly: onlyTypes(names!),
      lazy: false,
    }),
  );
  const called = [...code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)].map(([, specifier]) => ({
    from,
    to: resolved(from, specifier!),
    typesOnly: false,
    lazy: true,
  }));
  return [...declared, ...called];
}

function onlyTypes(names: string): boolean {
  if (names.startsWith('type ')) return true;
  const listed = /^\{([^}]*)\}$/s.exec(names.trim())?.[1];
  return listed?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
}

function resolved(from: SourceFile, specifier: string): string {
  return specifier.startsWith('.') ? normalize(join(dirname(from.path), specifier)) : specifier;
}

function isLocal({ to }: Import): boolean {
  return to.endsWith('.ts');
}

function layerOf(path: string): string {
  return path.includes('/') ? path.split('/')[0]! : '.';
}

function told({ from, to, typesOnly }: Import): string {
  return `${from.path} imports ${typesOnly ? 'types of ' : ''}${to}`;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{(,])\/\/.*$/gm, '$1');
}
