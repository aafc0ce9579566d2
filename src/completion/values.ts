/** What may stand where a value is wanted, by the name that it was declared under. */
import { destinationTypes, warehouseNames } from '../adapters.ts';
import { METHODS } from '../config/selectors.ts';
import type { World } from '../world.ts';
import { destinationNames, keysOf, namesOfSegments, segmentNames } from './names.ts';
import type { Valued } from './words.ts';

/** The shell itself knows best which files there are. */
export const FILES = ':files';
export const FOLDERS = ':folders';

interface Place {
  readonly world: World;
  /** Of the project; undefined outside of one. */
  readonly root: string | undefined;
  readonly typed: string;
}

type Source = (place: Place) => Promise<readonly string[]>;

/** Nothing for what is not known: a key, a reason, an instant. */
export async function valuesFor({ names, choices }: Valued, place: Place): Promise<readonly string[]> {
  if (choices) return choices;
  const source = names
    .map((name) => (Object.hasOwn(SOURCES, name) ? SOURCES[name] : undefined))
    .find(Boolean);
  return source ? source(place) : [];
}

const inProject =
  (read: (world: World, root: string, typed: string) => Promise<readonly string[]>): Source =>
  async ({ world, root, typed }) =>
    root === undefined ? [] : read(world, root, typed);

const segments = inProject(namesOfSegments);
const syncs = inProject(async (world, root) =>
  (await segmentNames(world, root)).flatMap((each) => each.syncs),
);
const tiers = inProject(tierNames);
const warehouses: Source = ({ world }) => warehouseNames(world);
const files: Source = async () => [FILES];
const folders: Source = async () => [FOLDERS];

/** By the word that an option's or an argument's value is declared under, or the option itself. */
const SOURCES: Readonly<Record<string, Source>> = {
  target: inProject((world, root) => keysOf(world, root, 'targets')),
  entity: inProject((world, root) => keysOf(world, root, 'entities')),
  destination: inProject(destinationNames),
  type: ({ world }) => destinationTypes(world),
  segment: segments,
  'segment-or-code': async (asked) => [...(await segments(asked)), ...(await codesLike(asked.typed))],
  sync: syncs,
  tier: tiers,
  select: inProject(selectors),
  exclude: inProject(selectors),
  selector: inProject(selectors),
  warehouse: warehouses,
  dialect: warehouses,
  file: files,
  path: files,
  dir: folders,
};

/** Only when one is begun: there are more of them than anybody reads. */
async function codesLike(typed: string): Promise<string[]> {
  if (!/^[EW]\d/i.test(typed)) return [];
  const { CODES } = await import('../diagnostics/codes.ts');
  return Object.keys(CODES);
}

async function tierNames(world: World, root: string): Promise<string[]> {
  const { resolveTiers } = await import('../config/tiers.ts');
  const { Problems } = await import('../config/problems.ts');
  const builtIn = resolveTiers(undefined, '', new Problems()).keys();
  return [...new Set([...builtIn, ...(await keysOf(world, root, 'tiers'))])];
}

/** Names, and what may be selected by; a comma means "and": what stands before it is kept. */
async function selectors(world: World, root: string, typed: string): Promise<readonly string[]> {
  const kept = typed.slice(0, typed.lastIndexOf(',') + 1);
  const atom = typed.slice(kept.length);
  const method = METHODS.find((each) => atom.startsWith(each));
  const found = method ? await BY_METHOD[method]!(world, root) : await allNames(world, root);
  return found.map((each) => kept + (method ?? '') + each);
}

async function allNames(world: World, root: string): Promise<string[]> {
  const all = await segmentNames(world, root);
  return [...all.map(({ name }) => name), ...all.flatMap((each) => each.syncs), ...METHODS];
}

const BY_METHOD: Readonly<Record<string, (world: World, root: string) => Promise<string[]>>> = {
  'tag:': async (world, root) => [...new Set((await segmentNames(world, root)).flatMap(({ tags }) => tags))],
  'path:': async (world, root) => [
    ...new Set((await segmentNames(world, root)).flatMap(({ file }) => pathsOf(file))),
  ],
  'dest:': destinationNames,
  'tier:': tierNames,
  'state:': async () => ['modified', 'new'],
};

/** A file and the folders that it is in. */
function pathsOf(file: string): string[] {
  const parts = file.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
