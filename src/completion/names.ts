/** Names of what a project declares, read lightly: nothing is checked, and what is broken is left out. */
import { basename, extname, join, relative } from 'node:path';
import { PROJECT_FILE, TEST_FILE } from '../config/find.ts';
import type { World } from '../world.ts';

export interface SegmentNames {
  readonly name: string;
  /** From the project. */
  readonly file: string;
  readonly tags: readonly string[];
  readonly syncs: readonly string[];
}

/** Keys of a mapping of `segsync.yaml`. */
export async function keysOf(world: World, root: string, key: string): Promise<string[]> {
  const value = (await readYaml(world, join(root, PROJECT_FILE)))?.[key];
  return isMapping(value) ? Object.keys(value) : [];
}

/** The names of the files of `destinations/`. */
export async function destinationNames(world: World, root: string): Promise<string[]> {
  return (await definitions(world, root, 'destinations')).map(nameOf);
}

const NAME = /^name:\s*(["']?)([a-z0-9_-]+)\1\s*(#.*)?$/m;

/** Only what segments are called: no file is parsed for it, of which there may be hundreds. */
export async function namesOfSegments(world: World, root: string): Promise<string[]> {
  const paths = await definitions(world, root, 'segments');
  return Promise.all(paths.map(async (path) => NAME.exec(await readText(world, path))?.[2] ?? nameOf(path)));
}

async function readText(world: World, path: string): Promise<string> {
  try {
    return await world.files.readText(path);
  } catch {
    return '';
  }
}

export async function segmentNames(world: World, root: string): Promise<SegmentNames[]> {
  const paths = await definitions(world, root, 'segments');
  return Promise.all(paths.map((path) => readSegment(world, root, path)));
}

async function readSegment(world: World, root: string, path: string): Promise<SegmentNames> {
  const { name, tags, sync } = (await parsed(partsOf(await readText(world, path)))) ?? {};
  const own = typeof name === 'string' ? name : nameOf(path);
  const syncs = listOf(sync).filter(isMapping);
  return {
    name: own,
    file: relative(root, path),
    tags: listOf(tags).filter((tag) => typeof tag === 'string'),
    syncs: syncs.map(({ to, name: second }) => `${own}.${String(second ?? to)}`),
  };
}

async function definitions(world: World, root: string, folder: string): Promise<string[]> {
  const paths = await world.files.list(join(root, folder));
  return paths.filter((path) => /\.ya?ml$/.test(path) && !TEST_FILE.test(path));
}

function nameOf(path: string): string {
  return basename(path, extname(path));
}

const PART = /^(name|tags|sync)\s*:/;

/** Of a segment's file only what is asked for: the rest of it is most of the work of parsing. */
function partsOf(text: string): string {
  return text
    .split(/^(?=[^\s#-])/m)
    .filter((part) => PART.test(part))
    .join('');
}

async function readYaml(world: World, path: string): Promise<Mapping | undefined> {
  return parsed(await readText(world, path));
}

async function parsed(text: string): Promise<Mapping | undefined> {
  const { parse } = await import('yaml');
  try {
    const value: unknown = parse(text, { logLevel: 'silent' });
    return isMapping(value) ? value : undefined;
  } catch {
    // Whoever types a command is not to be told about a file that does not parse: `validate` does that.
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

type Mapping = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
