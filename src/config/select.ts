/**
 * `--select` and `--exclude`: which segments and syncs a command looks at. Selectors are names with `*`, `tag:`,
 * `path:`, `dest:` and `tier:`; several are a union, a comma means "and"; a `+` before or after one adds the segments
 * that it refers to, or that refer to it.
 */
import { fail } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Project } from './project.ts';
import { referredTo, referringTo } from './related.ts';
import { type Matches, METHODS, matchAtom, segmentsWhere } from './selectors.ts';

export interface Selection {
  readonly segments: ReadonlySet<string>;
  readonly syncs: ReadonlySet<string>;
}

/**
 * The segments and syncs that `select` names (none: all of them) without those that `exclude` names.
 * A segment brings its syncs along. A sync (`dest:`, `tier:`, or by its own name) brings its segment along when it is
 * selected, and leaves alone when it is excluded. Throws E605 for a selector that nothing matches, E606 for one that
 * is malformed.
 */
export function select(
  project: Project,
  request: { readonly select: readonly string[]; readonly exclude: readonly string[] },
): Selection {
  const chosen = request.select.length > 0 ? union(project, '--select', request.select) : everything(project);
  for (const sync of chosen.syncs) chosen.segments.add(project.syncs.get(sync)!.segment);
  const excluded = union(project, '--exclude', request.exclude);
  const segments = without(chosen.segments, excluded.segments);
  const syncs = without(chosen.syncs, excluded.syncs);
  return {
    segments,
    syncs: new Set([...syncs].filter((sync) => segments.has(project.syncs.get(sync)!.segment))),
  };
}

function everything(project: Project): Matches {
  return { segments: new Set(project.segments.keys()), syncs: new Set(project.syncs.keys()) };
}

function union(project: Project, option: string, texts: readonly string[]): Matches {
  const total: Matches = { segments: new Set(), syncs: new Set() };
  for (const selector of texts.flatMap((text) => text.split(/\s+/)).filter((text) => text !== '')) {
    const matches = intersection(project, option, selector);
    for (const name of matches.segments) total.segments.add(name);
    for (const name of matches.syncs) total.syncs.add(name);
  }
  return total;
}

function intersection(project: Project, option: string, selector: string): Matches {
  const parts = selector.split(',').map((atom) => checked(project, option, selector, atom));
  const result = parts.reduce((a, b) => ({
    segments: both(a.segments, b.segments),
    syncs: both(a.syncs, b.syncs),
  }));
  if (isEmpty(result)) fail('E605', { option, selector });
  return result;
}

function checked(project: Project, option: string, selector: string, written: string): Matches {
  const [, before, atom, after] = /^(\+?)(.*?)(\+?)$/s.exec(written)!;
  const method = /^[a-z]+:/.exec(atom!)?.[0];
  if (atom === '' || atom!.includes('+') || (method && !METHODS.includes(method))) {
    const suggestion = method ? nearest(method, METHODS) : undefined;
    fail('E606', {
      option,
      selector,
      methods: METHODS,
      suggestion: suggestion && written.replace(method!, suggestion),
    });
  }
  const { matches, known } = matchAtom(project, atom!, option === '--select');
  if (isEmpty(matches)) {
    const near = nearest(atom!, known);
    fail('E605', { option, selector: written, suggestion: near && `${before}${near}${after}` });
  }
  return withRelated(project, matches, { referred: before !== '', referring: after !== '' });
}

function withRelated(
  project: Project,
  { segments, syncs }: Matches,
  wanted: { readonly referred: boolean; readonly referring: boolean },
): Matches {
  const related = new Set([
    ...(wanted.referred ? referredTo(project, segments) : []),
    ...(wanted.referring ? referringTo(project, segments) : []),
  ]);
  const more = segmentsWhere(project, (name) => related.has(name));
  return {
    segments: new Set([...segments, ...more.segments]),
    syncs: new Set([...syncs, ...more.syncs]),
  };
}

function isEmpty(matches: Matches): boolean {
  return matches.segments.size === 0 && matches.syncs.size === 0;
}

function both(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  return new Set([...a].filter((name) => b.has(name)));
}

function without(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  return new Set([...a].filter((name) => !b.has(name)));
}
