/** E64x: unit tests beside segments. */
import { didYouMean, error, type Suggestion, warning } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const STORY_CODES = {
  E640: error<{ key: string; known: string } & Suggestion>(
    EXIT.invalidProject,
    (p) => `\`${p.key}\` cannot stand here`,
    (p) => didYouMean(p) ?? `known here: ${p.known}`,
  ),
  E641: error<{ what: string; expected: string }>(
    EXIT.invalidProject,
    (p) => `\`${p.what}\` must be ${p.expected}`,
  ),
  E642: error<{ name: string } & Suggestion>(
    EXIT.invalidProject,
    (p) => `there is no segment \`${p.name}\` to test`,
    (p) => didYouMean(p) ?? '`segment:` takes the name of a file in segments/',
  ),
  E643: error<{ segment: string; name: string; detail: string }>(
    EXIT.failed,
    (p) => `the test of ${p.segment} failed: ${p.name}: ${p.detail}`,
  ),
  E644: error<{ table: string; column: string } & Suggestion>(
    EXIT.invalidProject,
    (p) => `nothing reads a column \`${p.column}\` of \`${p.table}\``,
    (p) => didYouMean(p) ?? `if it is meant, say its type: \`types: { ${p.table}: { ${p.column}: text } }\``,
  ),
  E645: error<{ file: string; reason: string }>(EXIT.failed, (p) => `cannot write ${p.file}: ${p.reason}`),
  E646: error<{ segment: string; reason: string }>(
    EXIT.failed,
    (p) => `no test of \`${p.segment}\` can be recorded: ${p.reason}`,
  ),
  E647: error<{ segment: string; detail: string }>(
    EXIT.failed,
    (p) => `the test of \`${p.segment}\` that was recorded does not pass: ${p.detail}`,
    () =>
      'nothing was written; what was replaced may decide the verdict, or the warehouse compares otherwise',
  ),
  E648: error<{ file: string }>(
    EXIT.usage,
    (p) => `${p.file} is there already, and nothing is overwritten`,
    () => 'name another file, or leave `--out` away and add what is printed to it',
  ),
  W640: warning<{ segment: string; warehouse: string }>(
    (p) => `\`${p.segment}\` holds SQL that was written for ${p.warehouse}; its tests run on another engine`,
    () => 'text, letter case and floats may compare otherwise there',
  ),
  W641: warning<{ source: string; most: number }>(
    (p) => `\`${p.source}\` has more than ${p.most} rows of this key: the newest ${p.most} are in the test`,
  ),
} as const;
