/** Names of things: how they are spelled, and whether a reference to one finds it. */
import type { Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Problems } from './problems.ts';
import { NAME } from './values.ts';

/** True for `[a-z0-9_-]+`; else reports E113. */
export function checkName(kind: string, name: string, place: Place, problems: Problems): boolean {
  if (NAME.test(name)) return true;
  problems.report('E113', { kind, name }, place);
  return false;
}

/** True when `name` is among the known ones; else reports E110 with the nearest. */
export function checkKnown(
  kind: string,
  name: string,
  known: Iterable<string>,
  place: Place,
  problems: Problems,
  within?: string,
): boolean {
  const names = [...known];
  if (names.includes(name)) return true;
  problems.report('E110', { kind, name, within, known: names, suggestion: nearest(name, names) }, place);
  return false;
}
