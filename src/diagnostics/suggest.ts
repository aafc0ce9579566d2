/** "Did you mean": the known name nearest to a misspelt one. */
import { distance } from 'fastest-levenshtein';

/**
 * The known name nearest to `name`, or undefined when none is near: at most a third of the letters differ
 * (one of them, in short names). Letter case and `-` against `_` do not count. Of equals, the first in order.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = fold(name.slice(0, 200));
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = allowed + 1;
  for (const candidate of [...known].sort()) {
    const away = isSwap(wanted, fold(candidate)) ? 1 : distance(wanted, fold(candidate));
    if (candidate !== name && away < bestDistance) [best, bestDistance] = [candidate, away];
  }
  return best;
}

/** True when two neighbouring letters changed places. */
function isSwap(a: string, b: string): boolean {
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  return at >= 0 && a.slice(0, at) + a[at + 1] + a[at] + a.slice(at + 2) === b;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
