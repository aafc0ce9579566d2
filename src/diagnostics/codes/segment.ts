/** E2xx: what a segment says. */
import { didYouMean, error, type Suggestion } from '../declare.ts';
import { EXIT } from '../exit.ts';

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
  E203: error<{ name: string; entity: string } & Suggestion>(
    EXIT.invalidProject,
    (p) => `entity \`${p.entity}\` has no source \`${p.name}\``,
    didYouMean,
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
} as const;
