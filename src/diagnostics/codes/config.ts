/** E1xx, W1xx: the project's files, from finding them to conditions that can be read. */
import { didYouMean, error, type Suggestion, warning } from '../declare.ts';
import { EXIT } from '../exit.ts';

const INVALID = EXIT.invalidProject;

interface Hinted {
  readonly hint?: string;
}
const ownHint = (p: Hinted): string | undefined => p.hint;

export const CONFIG_CODES = {
  E101: error<{ folder: string; chosen: boolean }>(
    INVALID,
    (p) => `no segsync.yaml in ${p.folder}${p.chosen ? '' : ' or a folder above it'}`,
    (p) =>
      p.chosen
        ? undefined
        : 'a project begins with that file; name its folder with `--project-dir` if it is elsewhere',
  ),
  E102: error<{ file: string; reason: string }>(INVALID, (p) => `${p.file} cannot be read: ${p.reason}`),
  E103: error<{ detail: string } & Hinted>(INVALID, (p) => `not valid YAML: ${p.detail}`, ownHint),
  E104: error<{ key: string }>(INVALID, (p) => `\`${p.key}\` is missing`),
  E105: error<{ key: string; known: readonly string[] } & Suggestion>(
    INVALID,
    (p) => `unknown key \`${p.key}\``,
    (p) => didYouMean(p) ?? (p.known.length > 0 ? `known here: ${p.known.join(', ')}` : undefined),
  ),
  E106: error<{ key: string; expected: string } & Hinted>(
    INVALID,
    (p) => `\`${p.key}\` must be ${p.expected}`,
    ownHint,
  ),
  E107: error<{ name: string }>(
    INVALID,
    (p) => `the environment variable ${p.name} is not set`,
    (p) => `set it (a .env file beside segsync.yaml will do), or write a default: \${env:${p.name}:-...}`,
  ),
  E108: error<{ name: string } & Suggestion>(
    INVALID,
    (p) => `there is no variable \`${p.name}\` in \`vars:\``,
    (p) => didYouMean(p) ?? 'declare it under `vars:` in segsync.yaml',
  ),
  E109: error<{ reference: string }>(
    INVALID,
    (p) => `\`${p.reference}\` cannot be read as a reference`,
    () => `the forms are \${env:NAME}, \${env:NAME:-default} and \${var:NAME}`,
  ),
  E110: error<{ kind: string; name: string; within?: string; known: readonly string[] } & Suggestion>(
    INVALID,
    (p) => `there is no ${p.kind} \`${p.name}\`${p.within ? ` in ${p.within}` : ''}`,
    (p) => didYouMean(p) ?? (p.known.length > 0 ? `there are: ${p.known.join(', ')}` : undefined),
  ),
  E111: error<{ kind: string; name: string; first: string } & Hinted>(
    INVALID,
    (p) => `two ${p.kind}s have the name \`${p.name}\`; the other is in ${p.first}`,
    ownHint,
  ),
  E112: error<{ key: string }>(
    INVALID,
    (p) => `\`${p.key}\` is not available yet in this version`,
    () => 'see the README for what this version can do',
  ),
  E113: error<{ kind: string; name: string }>(
    INVALID,
    (p) => `\`${p.name}\` cannot be the name of a ${p.kind}`,
    () => 'names are lower-case letters, digits, `_` and `-`',
  ),
  E114: error<{ name: string }>(
    INVALID,
    (p) => `\`${p.name}\` cannot be read as a table’s name`,
    () => 'write `table`, `schema.table` or `"Odd Schema"."Table"`; or a path that ends in .csv or .parquet',
  ),
  E115: error<{ path: string; target: string }>(
    INVALID,
    (p) => `the target \`${p.target}\` cannot read files, and \`${p.path}\` is one`,
    () => 'load the file into a table of the warehouse and name that',
  ),
  E116: error<{ key: string; detail: string }>(INVALID, (p) => `\`${p.key}\`: ${p.detail}`),
  E117: error<{ sync: string; tier: string; segmentTier: string }>(
    INVALID,
    (p) => `sync ${p.sync} asks for tier \`${p.tier}\`, faster than its segment’s \`${p.segmentTier}\``,
    () => 'a sync may be slower than its segment, never faster: give the segment the faster tier',
  ),
  E118: error<{ sync: string; other: string; audience: string; destination: string }>(
    INVALID,
    (p) => `syncs ${p.other} and ${p.sync} both fill the audience \`${p.audience}\` of \`${p.destination}\``,
    () => 'give one another `audience:`, or say `shared: true` in both',
  ),
  E119: error<{ destination: string; type: string }>(
    INVALID,
    (p) => `\`targets\` is missing: the runs that may send to \`${p.destination}\``,
    (p) => `name them (\`targets: [prod]\`): type ${p.type} reaches real people from any target otherwise`,
  ),
  E120: error<{ sync: string; destination: string; known: readonly string[] }>(
    INVALID,
    (p) => `sync ${p.sync} has no \`match\`: \`${p.destination}\` knows people by identifiers only`,
    (p) =>
      p.known.length > 0 ? `choose among: ${p.known.join(', ')}` : 'declare `identifiers:` in the entity',
  ),
  E121: error<{ character: 'a NUL character' | 'half of a character' }>(
    INVALID,
    (p) => `text here holds ${p.character}, which no warehouse can store`,
    (p) =>
      p.character === 'a NUL character' ? 'take the `\\0` out' : 'write the whole character, or take it out',
  ),
  E122: error<{ written: string; problem: string } & Hinted>(
    INVALID,
    (p) => `the number ${p.written} ${p.problem}`,
    ownHint,
  ),
  E123: error<{ operator: string }>(
    INVALID,
    (p) => `\`${p.operator}\` compares with nothing: null is no value`,
    () => 'ask for missing values with `is_null: true`',
  ),
  E124: error<{ key: string; source: string; instead?: string }>(
    INVALID,
    (p) => `\`${p.key}\` needs to know when: source \`${p.source}\` has no \`time\``,
    (p) => `declare \`time: COLUMN\` in the source${p.instead ? `, or ${p.instead}` : ''}`,
  ),
  E125: error<{ known: readonly string[] } & Suggestion>(
    INVALID,
    () => 'this is no condition',
    (p) => didYouMean(p) ?? `a condition begins with one of: ${p.known.join(', ')}`,
  ),
  E126: error<{ keys: readonly string[]; what: string } & Hinted>(
    INVALID,
    (p) => `${p.keys.map((key) => `\`${key}\``).join(' and ')} stand together: ${p.what}`,
    ownHint,
  ),
  E127: error<{ what: string; known: readonly string[] }>(
    INVALID,
    (p) => `${p.what} has no operator`,
    (p) => `add one of: ${p.known.join(', ')}`,
  ),
  E128: error<{ from: string; to: string }>(
    INVALID,
    (p) => `the window from ${p.from} to ${p.to} is empty`,
    () => '`from` lies further back: `between: {from: 14d, to: 7d}`',
  ),
  E129: error<{ segment: string; entity: string; other: string }>(
    INVALID,
    (p) => `segment \`${p.segment}\` is a set of \`${p.other}\`, this one of \`${p.entity}\``,
    () => 'a segment can refer only to segments of its own entity',
  ),
  E130: error<{ line: number }>(
    INVALID,
    (p) => `line ${p.line} of .env is not NAME=VALUE`,
    () => 'comments begin with #; values may be quoted',
  ),
  E131: error<{ operator: string } & Hinted>(
    INVALID,
    (p) => `\`${p.operator}\` has no conditions in it`,
    ownHint,
  ),
  E132: error<{ problem: string } & Hinted>(
    INVALID,
    (p) => `this step of the sequence ${p.problem}`,
    ownHint,
  ),

  E133: error<{
    sync: string;
    destination: string;
    identifier: string;
    field?: string;
    allow: readonly string[];
  }>(
    INVALID,
    (p) =>
      `sync ${p.sync} would send \`${p.identifier}\`${p.field === undefined ? '' : ` (as the field \`${p.field}\`)`} to \`${p.destination}\`, which may get only: ${p.allow.join(', ')}`,
    () => '`allow:` in the destination’s file lists the identifiers that may ever go there',
  ),
  E134: error<{ what: string }>(
    INVALID,
    (p) =>
      `the value of this field may change though no row does, by \`${p.what}\`: nobody would send it again`,
    () => 'compute it from the columns of the entity’s row alone, or keep it in a table and use a trait',
  ),
  E135: error<{ sync: string; destination: string; what: string; kinds?: readonly string[] }>(
    INVALID,
    (p) => `sync ${p.sync}: \`${p.destination}\` does not ${p.what}`,
    (p) => (p.kinds ? `it matches by identifiers of these kinds: ${p.kinds.join(', ')}` : 'take it out'),
  ),
  E136: error<{ target: string }>(
    INVALID,
    (p) => `the target \`${p.target}\` has no change feeds`,
    () => 'leave `change_feed` out and declare a cursor; `reconcile:` finds what a cursor does not show',
  ),
  E137: error<{ target: string }>(
    INVALID,
    (p) => `change feeds of the target \`${p.target}\` show changes late, and this table has no cursor`,
    () => 'declare a `cursor:` besides, or `append_only: true` where rows are never changed nor deleted',
  ),
  E158: error<{ key: string; jitter: string; every: string }>(
    INVALID,
    (p) => `\`${p.key}\` is ${p.jitter}, and the tier ticks every ${p.every}`,
    () => 'slots move by less than `jitter`, so it is shorter than `every`',
  ),
  E150: error<{ segment: string }>(
    INVALID,
    (p) =>
      `the \`query:\` segment \`${p.segment}\` says \`settle\` or \`stay_at_least\`: only its members are known, and a reference is to whom it holds for`,
    (p) => `keep the query in a segment without them, and let \`${p.segment}\` refer to that one`,
  ),
  W101: warning<{ name: string }>(
    (p) => `\${${p.name}} is sent as it is written`,
    (p) => `if the environment variable is meant, write \${env:${p.name}}`,
  ),
  W157: warning<{ tier: string; target: string; asked: string; every: string; promise: string }>(
    (p) =>
      `tier \`${p.tier}\` asks for every ${p.asked}, but the warehouse of target \`${p.target}\` bears no shorter cadence than ${p.every}: there it runs every ${p.every}, and promises ${p.promise}`,
    (p) => `give \`${p.tier}\` an \`every\` of ${p.every} or more, or its segments a slower tier`,
  ),
  W159: warning<{ tier: string } & Suggestion>(
    (p) => `no segment and no sync has the tier \`${p.tier}\``,
    (p) => didYouMean(p) ?? `write \`tier: ${p.tier}\` in a segment or a sync, or remove it here`,
  ),
  W102: warning<{ option: string }>(
    (p) => `\`${p.option}\` is a secret and stands in the file`,
    (p) => `write \`${p.option}: "\${env:NAME}"\` and keep the value out of git`,
  ),
} as const;
