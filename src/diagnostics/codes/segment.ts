/** E2xx: what a segment says. */
import { didYouMean, error, type Suggestion, warning } from '../declare.ts';
import { EXIT } from '../exit.ts';

/** What makes a condition be true never, or always: one by itself, one with another, or several. */
interface Fault {
  readonly when: 'never' | 'always';
  /** Where the other one is: `line 7`. */
  readonly with?: string;
  readonly several: boolean;
}

export const SEGMENT_CODES = {
  E201: error<{ name: string } & Suggestion>(
    EXIT.invalidProject,
    (p) => `there is no segment \`${p.name}\``,
    didYouMean,
  ),
  E202: error<{ cycle: readonly string[] }>(
    EXIT.invalidProject,
    (p) => `segments refer to each other in a circle: ${p.cycle.join(' -> ')}`,
    () => 'a reference pastes the other segment’s condition in; take one of them out',
  ),
  E203: error<{ name: string; entity: string; splits?: readonly string[] } & Suggestion>(
    EXIT.invalidProject,
    (p) => `entity \`${p.entity}\` has no source \`${p.name}\``,
    (p) => (p.splits ? `several sources have \`split:\`: write ${p.splits.join(' or ')}` : didYouMean(p)),
  ),
  E210: error<{ warehouse: string; what: string }>(
    EXIT.invalidProject,
    (p) => `${p.warehouse} cannot read ${p.what}`,
  ),
  E211: error<{ table: string; column: string } & Suggestion>(
    EXIT.failed,
    (p) => `${p.table} has no column \`${p.column}\``,
    didYouMean,
  ),
  E212: error<{ column: string; type: string }>(
    EXIT.failed,
    (p) => `\`${p.column}\` is no time: its type is ${p.type}, and a window needs a time stamp or a date`,
  ),
  E213: error<{ name: string; type: string; value: string; valueType: string }>(
    EXIT.failed,
    (p) => `\`${p.name}\` is of type ${p.type} and cannot be compared with the ${p.valueType} \`${p.value}\``,
    (p) => (p.valueType === 'number' && p.type === 'text' ? `put it in quotes: "${p.value}"` : undefined),
  ),
  E214: error<{ fn: string; column: string; type: string }>(
    EXIT.failed,
    (p) => `\`${p.column}\` is of type ${p.type}: there is no ${p.fn} of it`,
    () => 'sum and avg take numbers',
  ),
  E215: error<{ table: string; column: string; type: string; entity: string; keyType: string }>(
    EXIT.failed,
    (p) =>
      `key \`${p.column}\` of ${p.table} is of type ${p.type}, but ${p.entity}’s key is of type ${p.keyType}`,
  ),
  E216: error<{ table: string; keys: number }>(
    EXIT.failed,
    (p) => `${p.table} has more than one row for ${p.keys} ${p.keys === 1 ? 'key' : 'keys'}`,
    () =>
      'make the key unique, or say `duplicates: latest` on the table to take the row with the newest cursor',
  ),
  E217: error<{ segment: string; tier: string; why: string }>(
    EXIT.invalidProject,
    (p) =>
      `segment \`${p.segment}\` would evaluate everyone at every tick, and its tier \`${p.tier}\` ticks more often than hourly`,
    (p) => `${p.why}; choose a slower tier, or say \`allow_full: true\``,
  ),
  E218: error<{ left: string; type: string; right: string; otherType: string }>(
    EXIT.failed,
    (p) =>
      `\`${p.left}\` is of type ${p.type} and cannot be compared so with \`${p.right}\` of type ${p.otherType}`,
  ),
  E219: error<{ what: string; detail: string }>(
    EXIT.invalidProject,
    (p) => `the warehouse refuses ${p.what}: ${p.detail}`,
  ),
  E220: error<{ type: string }>(
    EXIT.invalidProject,
    (p) => `this SQL is of type ${p.type}, but a condition is true or false`,
    () => 'compare it with something, so that it is boolean',
  ),

  W150: warning<{ settle: string; tier: string; every: string }>(
    (p) =>
      `\`settle: ${p.settle}\` is shorter than the time between two evaluations of tier \`${p.tier}\`, ${p.every}: whoever enters waits for the next one, and no more`,
    () => 'a condition is looked at when the segment is evaluated; take a longer time, or a faster tier',
  ),
  W151: warning<{ stay: string; tier: string; every: string }>(
    (p) =>
      `\`stay_at_least: ${p.stay}\` is shorter than the time between two evaluations of tier \`${p.tier}\`, ${p.every}: every member stays that long anyway`,
    () => 'take a longer time, or take it out',
  ),
  W201: warning<{ window: string; source: string; overlap: string }>(
    (p) =>
      `\`${p.window}\` is shorter than the overlap of \`${p.source}\`, ${p.overlap}: a row that shows late may have left the window before it is seen`,
    (p) =>
      `widen the window to more than ${p.overlap}; or shorten \`overlap\`, if rows of \`${p.source}\` never show so late`,
  ),
  W202: warning<{ segment: string } & Fault>(
    (p) => `segment \`${p.segment}\` can never hold for anybody: ${faultInWords(p)}`,
  ),
  W203: warning<{ segment: string; key: string } & Fault>(
    (p) => `segment \`${p.segment}\` always holds for everybody: ${faultInWords(p)}`,
    (p) => `if everybody is meant, say so: \`{ trait: ${p.key}, is_null: false }\``,
  ),
  W204: warning<{ when: Fault['when'] }>((p) =>
    p.when === 'never'
      ? 'this condition can never be true: under `any` it adds nobody'
      : 'this condition is always true: under `all` it says nothing',
  ),
  W205: warning<{ segment: string; tier: string; other: string; otherTier: string }>(
    (p) =>
      `\`${p.segment}\` ticks in tier \`${p.tier}\`, but the \`query:\` segment \`${p.other}\` that it refers to only in tier \`${p.otherTier}\`: it counts as it was at its own last tick`,
    (p) => `give \`${p.other}\` the tier \`${p.tier}\`, or \`${p.segment}\` a slower one`,
  ),
  W206: warning<{ source: string; length: string; filtered: boolean }>(
    (p) =>
      `this is true for whoever did \`${p.source}\` ${p.length} ago or earlier, also for those who did it again since`,
    (p) =>
      `if their last time is meant, write \`all: [{ did: ${p.source} }, { did_not: ${p.source}, within: ${p.length} }]\`${p.filtered ? ', each with its `where:`' : ''}; if any time is, say \`count: { gte: 1 }\` beside it`,
  ),
  W207: warning<{ table: string; column: string; type: string }>(
    (p) =>
      `\`${p.column}\` of ${p.table} is of type ${p.type} and cannot serve as a cursor: the table is read as a whole at every tick`,
    () => 'a cursor is a time stamp, a date or a whole number that grows whenever a row is added or changed',
  ),
} as const;

function faultInWords({ when, with: other, several }: Fault): string {
  if (when === 'never') {
    if (other) return `this contradicts the condition in ${other}`;
    return several ? 'these conditions contradict each other' : 'this condition can never be true';
  }
  if (other) return `this or the condition in ${other} is true for each`;
  return several ? 'one of these conditions is true for each' : 'this condition is always true';
}
