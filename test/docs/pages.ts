/** The documentation as a whole: its pages, and whether its links lead somewhere. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorsOf, linksOf } from '../markdown.ts';
import { REPOSITORY } from '../project-copy.ts';

/** Where people begin to read. */
const ENTRANCES = ['README.md', 'docs/README.md'];

export interface Page {
  /** From the repository's root: `docs/state.md`. */
  readonly path: string;
  readonly text: string;
}

/** Everything that is written for readers, the README first. */
export function allPages(): Page[] {
  const below = ['docs', 'src/destination'].flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      join(folder, path),
    ),
  );
  const paths = below.filter((path) => path.endsWith('.md')).sort();
  return ['README.md', ...paths].map((path) => ({ path, text: textOf(path) }));
}

/** Relative links of a page that lead to no file, or to no heading of it. */
export function deadLinks({ path, text }: Page): string[] {
  return localLinks(text).filter((link) => {
    const [file, anchor] = targetOf(path, link);
    if (file !== path && !existsSync(join(REPOSITORY, file))) return true;
    if (anchor === undefined) return false;
    return !(file.endsWith('.md') && anchorsOf(file === path ? text : textOf(file)).has(anchor));
  });
}

/** Pages that nobody finds who follows links from the entrances. */
export function orphans(pages: readonly Page[]): string[] {
  const found = new Set<string>();
  const visit = (path: string): void => {
    const page = pages.find((each) => each.path === path);
    if (!page || found.has(path)) return;
    found.add(path);
    for (const link of localLinks(page.text))
      for (const next of pagesAt(targetOf(path, link)[0])) visit(next);
  };
  for (const entrance of ENTRANCES) visit(entrance);
  return pages.map(({ path }) => path).filter((path) => !found.has(path));
}

/** A link to a folder shows the page that is its README, or all that lie in it. */
function pagesAt(path: string): string[] {
  const absolute = join(REPOSITORY, path);
  if (!existsSync(absolute) || !statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute)
    .filter((name) => name.endsWith('.md'))
    .map((name) => normalize(join(path, name)));
}

function localLinks(text: string): string[] {
  return linksOf(text).filter((link) => !/^[a-z]+:/.test(link));
}

/** The file from the root, and the heading if one is named. */
function targetOf(path: string, link: string): [string, string | undefined] {
  const [file, anchor] = link.split('#') as [string, string | undefined];
  return [file === '' ? path : normalize(join(dirname(path), file)), anchor];
}

function textOf(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}
