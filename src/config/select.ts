/**
 * `--select` and `--exclude`: which segments and syncs a command looks at. Selectors are names with `*`, `tag:`,
 * `path:`, `dest:`, `tier:` and `state:`; several are a union, a comma means "and"; a `+` before or after one adds the segments
 * that it refers to, or that refer to it.
 */
import { fail } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Project } from './project.ts';
import { referredTo, referringTo } from './related.ts';
import { type Matches, METHODS, matchAtom, type Standing, segmentsWhere } from './selectors.ts';

export interface Selection {
  readonly segments: ReadonlySet<string>;
  readonly syncs: ReadonlySet<string>;
}

export interface Request {
  readonly select: readonly string[];
  readonly exclude: readonly string[];
}

interface Subject {
  readonly project: Project;
  readonly standing: Standing | undefined;
}

/**
 * The segments and syncs that `select` names (none: all of them) without those that `exclude` names.
 * A segment brings its syncs along. A sync (`dest:`, `tier:`, or by its own name) brings its segment along when it is
 * selected, and leaves alone when it is excluded. Throws E605 for a selector that nothing matches, E606 for one that
 * is malformed. `state:` selectors need `standing`.
 */
export function select(project: Project, request: Request, standing?: Standing): Selection {
  const subject = { project, standing };
  const chosen = request.select.length > 0 ? union(subject, '--select', request.select) : everything(project);
  for (const sync of chosen.syncs) chosen.segments.add(project.syncs.get(sync)!.segment);
  const excluded = union(subject, '--exclude', request.exclude);
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

function union(subject: Subject, option: string, texts: readonly string[]): Matches {
  const total: Matches = { segments: new Set(), syncs: new Set() };
  for (const selector of texts.flatMap((text) => text.split(/\s+/)).filter((text) => text !== '')) {
    const matches = intersection(subject, option, selector);
    for (const name of matches.segments) total.segments.add(name);
    for (const name of matches.syncs) total.syncs.add(name);
  }
  return total;
}

function intersection(subject: Subject, option: string, selector: string): Matches {
  const atoms = selector.split(',');
  const parts = atoms.map((atom) => checked(subject, option, selector, atom));
  const result = parts.reduce((a, b) => ({
    segments: both(a.segments, b.segments),
    syncs: both(a.syncs, b.syncs),
  }));
  // That nothing was modified is an answer.
  if (isEmpty(result) && !atoms.some(isOfState)) fail('E605', { option, selector });
  return result;
}

function checked({ project, standing }: Subject, option: string, selector: string, written: string): Matches {
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
  const { matches, known } = matchAtom(project, atom!, option === '--select', standing);
  if (isEmpty(matches) && !(isOfState(atom!) && known.includes(atom!))) {
    const near = nearest(atom!, known);
    fail('E605', { option, selector: written, suggestion: near && `${before}${near}${after}` });
  }
  return withRelated(project, matches, { referred: before !== '', referring: after !== '' });
}

/** Whether a selector asks for what only the state of a target tells. */
export function isOfState(selector: string): boolean {
  return /(^|[,+\s])state:/.test(selector);
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
