/** What a batch is to the server: a set of members for each audience, and a hash for each member. Pure. */
import { SECOND } from '../../instant.ts';
import type { Batch, Change, Receipt } from '../destination.ts';
import { fieldsJson } from '../json.ts';
import type { RedisSettings } from './options.ts';

export type Command = readonly string[];

type Layout = Pick<RedisSettings, 'keyPrefix' | 'member' | 'lookupPrefix' | 'expireAfter'>;

export function setOf(audience: string, { keyPrefix }: Pick<Layout, 'keyPrefix'>): string {
  return `${keyPrefix}${audience}`;
}

/** What stands for a person in the sets; undefined where the batch lacks that identifier. */
export function memberOf(
  { key, identifiers }: Change,
  { member }: Pick<Layout, 'member'>,
): string | undefined {
  return member === 'key' ? key : identifiers[member];
}

/**
 * The commands of one transaction, none where no row has a member. Each does the same when it comes twice. A member's
 * hash has a field for each audience they are in, whose value is the sync's fields as JSON: no sync touches another's.
 */
export function commandsOf(batch: Batch, layout: Layout): Command[] {
  const { op, audience, changes } = batch;
  const members = changes.flatMap((change) => {
    const member = memberOf(change, layout);
    return member === undefined ? [] : [{ member, change }];
  });
  if (members.length === 0) return [];
  const set = setOf(audience.name, layout);
  const names = members.map(({ member }) => member);
  const commands: Command[] = [[op === 'remove' ? 'SREM' : 'SADD', set, ...names], ...expiry(set, layout)];
  const { lookupPrefix } = layout;
  if (lookupPrefix === undefined) return commands;
  for (const { member, change } of members) {
    const hash = `${lookupPrefix}${member}`;
    commands.push(
      op === 'remove'
        ? ['HDEL', hash, audience.name]
        : ['HSET', hash, audience.name, fieldsJson(change.fields)],
      ...expiry(hash, layout),
    );
  }
  return commands;
}

function expiry(key: string, { expireAfter }: Layout): Command[] {
  return expireAfter === undefined ? [] : [['EXPIRE', key, (expireAfter / SECOND).toString()]];
}

/** Of a transaction that was carried out. Who lacks the identifier cannot be added, and was never there. */
export function receiptsOf(batch: Batch, layout: Pick<Layout, 'member'>): Receipt[] {
  return batch.changes.map((change) =>
    memberOf(change, layout) === undefined && batch.op !== 'remove'
      ? {
          kind: 'rejected',
          code: 'no_identifier',
          message: `without the identifier \`${layout.member}\`, which \`member\` names; it has to be in \`match\``,
        }
      : { kind: 'delivered' },
  );
}
