/** Two texts side by side. Only plans import it: what it stands on takes its time to load. */
import { diffLines } from 'diff';

/** Lines that stand around a change, so that it can be found. */
const AROUND = 2;

/** The lines of two texts that differ, each with `-` or `+` before it, and a few around them with a space; `@` where some are left out. */
export function differences(before: string, after: string): string[] {
  const lines = diffLines(before, after).flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${added ? '+' : removed ? '-' : ' '} ${line}`),
  );
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some((line) => !line.startsWith(' '));
  const near = [...lines.keys()].filter(isNear);
  return near.flatMap((index, i) => {
    const isApart = i > 0 && near[i - 1] !== index - 1;
    return isApart ? ['@', lines[index]!] : [lines[index]!];
  });
}
