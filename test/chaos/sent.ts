/** Whether every change that a segment had was sent, by the receiver's own record of what reached it. */
import { expect } from 'vitest';
import type { ReceivedBody } from '../webhook-receiver.ts';
import type { Refusal } from './audiences.ts';
import type { Rig } from './rig.ts';

export interface Sent {
  /** Changes that the segments had, times the syncs that each of them concerns. */
  readonly changes: number;
  readonly requests: number;
  /** Operations in requests that were applied, and those that came again under the same id and were passed over. */
  readonly applied: number;
  readonly again: number;
}

/**
 * Holds what was applied against `changes`: who is a member was added, who is none any more was, if ever added, removed
 * after that. Of what changed between two deliveries only the end needs to be sent.
 */
export async function expectAllSent({ query, receiver }: Rig, isRefused: Refusal): Promise<Sent> {
  const last = new Map<string, string>();
  const counts = { requests: receiver.requests.length, applied: 0, again: 0 };
  for (const { body, applied } of receiver.requests) {
    const { data } = JSON.parse(body) as ReceivedBody;
    if (!data.changes) continue;
    counts[applied ? 'applied' : 'again'] += data.changes.length;
    if (!applied) continue;
    for (const { op, key } of data.changes) last.set(`${data.sync} ${key}`, op);
  }
  const rows = await query(
    `SELECT s.sync, s.segment, c.entity_key, max(c.tick_id) AS tick, count(*) AS n,
       max(CASE WHEN m.entity_key IS NULL THEN 0 ELSE 1 END) AS holds
     FROM segsync.syncs AS s JOIN segsync.changes AS c ON c.segment = s.segment
     LEFT JOIN segsync.membership AS m ON m.segment = c.segment AND m.entity_key = c.entity_key
     GROUP BY s.sync, s.segment, c.entity_key`,
  );
  const unsent = rows.filter(({ sync, segment, entity_key: key, holds }) => {
    const op = last.get(`${sync} ${key}`);
    if (holds === '0') return op !== undefined && op !== 'remove';
    // Consent is asked by one of the syncs only; the audiences themselves are compared elsewhere.
    return op === undefined && sync !== 'inside.hook' && !isRefused(segment!, key!);
  });
  expect(unsent, 'changes that were not sent').toEqual([]);
  return { changes: rows.reduce((sum, { n }) => sum + Number(n), 0), ...counts };
}
