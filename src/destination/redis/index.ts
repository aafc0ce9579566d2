/** `type: redis`: a set of members for each audience, and a hash for each member. */
import type { DestinationType, Manifest } from '../destination.ts';
import { MOST_ROWS, type RedisSettings, redisOptions, redisSettings } from './options.ts';
import { BATCH_BYTES, openSession } from './session.ts';

const manifest: Manifest = {
  type: 'redis',
  title: 'Redis',
  does: 'keeps a set of members for each audience, and a hash for each member',
  verified: 'real',
  options: redisOptions,
  secrets: ['url'],
  needsIdentifier: false,
  severalOfAKind: true,
  takesFields: true,
  anyTarget: false,
  operations: ['add', 'remove', 'update'],
  listsMembers: true,
  takesEvents: false,
  batch: { rows: MOST_ROWS, bytes: BATCH_BYTES },
  concurrency: 2,
  idempotency: 'natural',
};

/** Where members go by an identifier, two people may be one member; their keys cannot be told from the set. */
function manifestWith({ member, expireAfter }: RedisSettings): Manifest {
  return {
    ...manifest,
    needsIdentifier: member !== 'key',
    listsMembers: member === 'key',
    ...(expireAfter === undefined ? {} : { forgetsAfter: expireAfter }),
  };
}

export const destination: DestinationType = {
  manifest,
  manifestWith: (options) => manifestWith(redisSettings(options)),
  open: (context) => openSession(context, redisSettings(context.options)),
};
