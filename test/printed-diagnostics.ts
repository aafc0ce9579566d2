/** Reads diagnostics out of what the program printed. */
import type { Ended } from './cli/segsync.ts';

/** The codes of what was printed, each once, in order. A sync that is held tells its code with the way to its page. */
export function codesIn({ stdout, stderr }: Ended): string[] {
  const told = [
    ...stderr.matchAll(/^(?:error|warning)\[(\w+)\]/gm),
    ...stdout.matchAll(/segsync explain (\w+)/g),
  ];
  return [...new Set(told.map(([, code]) => code!))];
}

/** What was printed of one code, without the way to its page; the instants of this hour are those of a quiet one. */
export function printedOf(code: string, ended: Ended): string {
  const blocks = `${ended.stderr}\n${ended.stdout}`.split(/^(?=error\[|warning\[|held {8})/m);
  const block = blocks.find((each) => each.includes(`[${code}]`) || each.includes(`explain ${code}`)) ?? '';
  const [text] = block.split(/^\s*more: /m);
  return text!.trimEnd().replaceAll(NOW, QUIET).replaceAll(DAYS, '121d 20h').replaceAll(TOOK, 'Done in 0.1s');
}

const NOW = new RegExp(`${new Date().getUTCFullYear()}-\\d\\d-\\d\\dT[\\d:.]+Z`, 'g');
/** How long a run took. */
const TOOK = /Done in \d+(?:\.\d+)?m?s/g;
/** How old rows of the first instant of a year are. */
const DAYS = /\b\d+d \d\dh\b/g;
const QUIET = '2027-05-03T08:00:00.000000Z';
