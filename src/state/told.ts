/** What the state's tables and columns hold, in words, for those who build on them. */
import type { TABLES, TableName } from './tables.ts';

type ColumnOf<T extends TableName> = (typeof TABLES)[T]['columns'][number][0];

interface Told<T extends TableName> {
  readonly about: string;
  readonly columns: Readonly<Record<ColumnOf<T>, string>>;
}

/** Every table and every column: what is missing here does not compile. */
export const TABLES_TOLD: { readonly [T in TableName]: Told<T> } = {
  meta: {
    about: 'The version of these tables, and what segsync notes about all of them.',
    columns: { name: 'What is noted.', value: 'The note.' },
  },
  segments: {
    about: 'One row a segment: as of its last committed tick.',
    columns: {
      segment: 'The segment’s name.',
      entity: 'What it is a set of.',
      tier: 'How often it is evaluated.',
      fingerprint: 'Of its logic: another one means that the definition changed.',
      evaluated_at: 'The instant of the last committed tick.',
      watermarks: 'For each table it reads, the greatest cursor that was shown. JSON.',
      tick_id: 'The last committed tick.',
      members: 'How many members it has.',
    },
  },
  ticks: {
    about: 'One row an evaluation of one or more segments.',
    columns: {
      tick_id: 'Grows within a segment.',
      entity: 'The entity of its segments.',
      tier: 'The tier of its segments.',
      segments: 'The segments that were evaluated. JSON.',
      mode: '`incremental` or `full`.',
      evaluated_at: 'The instant that the verdict is of.',
      status: 'How it ended.',
      watermarks: 'For each table, the greatest cursor that was shown. JSON.',
      affected: 'Keys that were evaluated.',
      entered: 'Members that came in.',
      exited: 'Members that left.',
      started_at: 'When the work began.',
      finished_at: 'When the work ended.',
      run_id: 'The run that it was part of.',
    },
  },
  membership: {
    about: 'Who is in each segment now: one row a member.',
    columns: {
      segment: 'The segment’s name.',
      entity_key: 'The member’s key, as text.',
      entered_at: 'The instant of the tick at which they came in.',
      tick_id: 'The tick that changed this row last.',
      row_hash: 'Of what the segment’s syncs send of them: another one means that it changed.',
    },
  },
  pending: {
    about: 'Who waits to enter or to exit, where a segment says `settle` or `stay_at_least`.',
    columns: {
      segment: 'The segment’s name.',
      entity_key: 'The key, as text.',
      op: '`enter`: the condition holds for one who is no member yet. `exit`: it does not for a member.',
      since: 'The instant of the tick that found it first.',
      due_at: 'From when on a tick that still finds it so makes the change.',
    },
  },
  changes: {
    about: 'Who entered and who left, tick by tick, as long as history is kept.',
    columns: {
      tick_id: 'The tick that found it.',
      segment: 'The segment’s name.',
      entity_key: 'The member’s key, as text.',
      op: '`enter`, `exit`, or `touch` when what is sent of a member changed.',
      caused_at: 'When the row that caused it was changed, or the instant an edge of a window crossed it.',
      evaluated_at: 'The instant of the tick.',
    },
  },
  ledger: {
    about: 'What each destination has, one row a sync and member. Its identifiers are personal data.',
    columns: {
      sync: 'The sync’s name, `segment.destination`.',
      audience_ref: 'The audience, as the destination calls it.',
      entity_key: 'The member’s key, as text.',
      state: '`delivered`: acknowledged; `sending`: asked for, not answered yet.',
      identifiers: 'What the destination matched by, in the form that was sent. JSON.',
      payload_hash: 'Of what was sent.',
      batch_id: 'The request that it was sent with.',
      tick_id: 'The tick whose change was sent.',
      delivered_at: 'When it was acknowledged.',
    },
  },
  rejections: {
    about: 'Rows that a destination did not take.',
    columns: {
      sync: 'The sync’s name.',
      entity_key: 'The member’s key, as text.',
      op: 'What was asked for: `add`, `remove` or `update`.',
      payload_hash: 'Of what was sent: another one is tried anew.',
      code: 'The destination’s reason, as a code.',
      message: 'The same in words; nothing of a person.',
      attempts: 'How often it was tried.',
      first_at: 'When it was rejected first.',
      last_at: 'When it was rejected last.',
      next_at: 'When it is tried again; empty: not by itself.',
      dead: 'It is not tried again until the row changes or somebody asks.',
    },
  },
  syncs: {
    about: 'One row a sync: what was delivered up to which tick, and whether it is held or paused.',
    columns: {
      sync: 'The sync’s name.',
      segment: 'Its segment.',
      destination: 'Its destination.',
      audience_ref: 'The audience, as the destination calls it.',
      fingerprint: 'Of match, fields, consent and mode: another one makes everyone a candidate.',
      tick_id: 'Changes up to this tick are delivered.',
      delivered_at: 'When that was.',
      members: 'How many members the destination has.',
      held_reason: 'Why a guard holds it; empty: it does not.',
      paused_at: 'Since when it is paused; empty: it is not.',
      paused_reason: 'Why, as whoever paused it said.',
    },
  },
  runs: {
    about: 'One row a run.',
    columns: {
      run_id: 'The run.',
      started_at: 'When it began.',
      finished_at: 'When it ended; empty: it goes on, or was killed.',
      status: '`done`, `failed`, `held` or `interrupted`.',
      command: 'What was typed.',
      version: 'The version of segsync.',
      tiers: 'The tiers that were asked for.',
      totals: 'What it did, in figures; `freshness`: how long changes took, as histograms by sync. JSON.',
    },
  },
  batches: {
    about: 'One row a request to a destination, or another step of a delivery.',
    columns: {
      run_id: 'The run.',
      sync: 'The sync.',
      batch_id: 'The same at a retry: the idempotency key.',
      op: '`add`, `remove` or `update`.',
      rows: 'How many members it was about.',
      status: 'How it ended.',
      attempts: 'How often it was sent.',
      http_status: 'Of the last answer.',
      sent_at: 'When it was sent first.',
      acked_at: 'When it was acknowledged.',
      job_ref: 'The destination’s job, where it works asynchronously.',
      freshness_ms:
        'Of its slowest change: from its cause to the acknowledgement, in milliseconds; empty: no cause is known.',
    },
  },
  leases: {
    about: 'Who is working on what at this moment.',
    columns: {
      name: 'What is held: `evaluate:SEGMENT` or `sync:NAME`.',
      owner: 'The process that holds it.',
      token: 'Grows with every holder: an old one cannot commit.',
      expires_at: 'When it is free again unless it is renewed.',
    },
  },
};
