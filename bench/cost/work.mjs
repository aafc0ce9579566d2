/** What a tier's ticks read and change in a day, whatever the warehouse: rows, bytes and statements. */
import { GIB } from './inputs.mjs';

/** Seconds between two ticks: design, section 3. */
const EVERY = { realtime: 2, frequent: 300, hourly: 3_600, daily: 86_400 };
const DAY = 86_400;

/** Of `blocks`, the share that so many keys touch which lie anywhere in them. */
export function touched(bytes, blockBytes, keys) {
  const blocks = Math.max(1, Math.ceil(bytes / blockBytes));
  return 1 - (1 - 1 / blocks) ** keys;
}

export function tiersOf(inputs) {
  // One without segments does not tick.
  const used = Object.entries(EVERY).filter(([name]) => inputs[`share-${name}`] > 0);
  return used.map(([name, every]) => {
    const seconds = Math.max(every, inputs['least-seconds']);
    const ticks = DAY / seconds;
    const share = inputs[`share-${name}`];
    const segments = inputs.segments * share;
    const memberships = inputs.memberships * share;
    const changes = (memberships * inputs['changed-share']) / ticks;
    const affected = Math.min(inputs.customers, changes * inputs['affected-factor']);
    // A sync asks before it sends and writes the last answers after it: one flush more than it has batches.
    const synced = Math.min(segments, changes);
    const flushes = synced === 0 ? 0 : synced * (Math.ceil(changes / synced / inputs['flush-rows']) + 1);
    const days = inputs[`window-${name}`];
    return { name, seconds, ticks, share, segments, memberships, changes, affected, flushes, days };
  });
}

/** Bytes of the tables, uncompressed. */
export function tablesOf(inputs) {
  return {
    membership: inputs.memberships * inputs['membership-bytes'],
    ledger: inputs.memberships * inputs['ledger-bytes'],
    entity: inputs.customers * inputs['entity-bytes'],
  };
}

/** What one tick reads of the sources, uncompressed; `blockBytes`: of a table that lies in the order of its keys. */
export function sourceBytes(inputs, tier, blockBytes) {
  const tables = tablesOf(inputs);
  const day = inputs['event-gib-a-day'] * GIB;
  const narrow = inputs['cursor-share'] + inputs['key-share'];
  const window = tier.days * day;
  return {
    watermarks: (inputs['watermark-days'] * day + tables.entity) * inputs['cursor-share'],
    // Rows that arrived, and those that crossed one of two edges: a partition of a day each.
    affected: 3 * day * narrow + tables.entity * narrow * touched(tables.entity, blockBytes, tier.changes),
    verdict:
      window * touched(day, blockBytes, tier.affected) +
      tables.entity * touched(tables.entity, blockBytes, tier.affected),
  };
}
