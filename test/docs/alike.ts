/** Whether an output is the one a page shows: numbers but 0, instants and widths of columns may differ, words may not. */

/** A line of these dots stands for any lines. */
const ELLIPSIS = '...';

/** The first line of `shown` that `printed` does not have where it should; undefined when it has all. */
export function firstDifference(shown: string, printed: string): string | undefined {
  const rest = linesOf(printed);
  let maySkip = false;
  for (const line of linesOf(shown)) {
    if (line === ELLIPSIS) {
      maySkip = true;
      continue;
    }
    const at = maySkip ? rest.indexOf(line) : 0;
    if (at < 0 || rest[at] !== line) return line;
    rest.splice(0, at + 1);
    maySkip = false;
  }
  return maySkip || rest.length === 0 ? undefined : `the end, but there is more: ${rest[0]}`;
}

function linesOf(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map(alike)
    .filter((line) => line !== '');
}

function alike(line: string): string {
  return line
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '#')
    .replace(/\d[\d,.:]*/g, (number) => (number === '0' ? '0' : '#'))
    .replace(/(#(ms|s|m|h|d)\b ?)+/g, '#s ')
    .replace(/\s+/g, ' ')
    .trim();
}
