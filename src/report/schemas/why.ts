/** `explain SEGMENT KEY --json`. */
import { z } from 'zod';
import type { WhyCondition, WhyReport } from '../results.ts';
import { instant, number, type Same, version } from './parts.ts';
import { slowTable } from './run.ts';

const condition: z.ZodType<WhyCondition> = z.strictObject({
  kind: z.string(),
  text: z.string().describe('in the words of the YAML, without what stands below it'),
  holds: z.exactOptional(z.boolean().describe('absent: the key is not in the entity’s table')),
  values: z.exactOptional(
    z.array(z.strictObject({ name: z.string(), value: z.string().nullable().describe('null: unknown') })),
  ),
  windows: z.exactOptional(
    z.array(
      z.strictObject({
        window: z.string(),
        from: z.exactOptional(instant),
        from_included: z.exactOptional(z.boolean()),
        to: z.exactOptional(instant),
        to_included: z.exactOptional(z.boolean()),
      }),
    ),
  ),
  steps: z.exactOptional(
    z.array(
      z.strictObject({
        step: z.string(),
        chosen: z.exactOptional(instant.describe('of the row that was chosen')),
      }),
    ),
  ),
  rows: z.exactOptional(
    z.array(
      z.strictObject({
        source: z.string(),
        at: z.exactOptional(instant),
        counted: z.boolean().describe('it lies in the window, and counts'),
        columns: z.record(z.string(), z.string().nullable()),
      }),
    ),
  ),
  as_of: z.exactOptional(
    z
      .array(
        z.strictObject({
          ...slowTable,
          newest: z.exactOptional(instant.describe('the cursor of its newest row; absent: it shows none')),
        }),
      )
      .describe('tables that it reads and that are older than the tier promises, or than they should be'),
  ),
  more_rows: z.exactOptional(z.boolean().describe('there are more rows than were asked for')),
  get of() {
    return z.exactOptional(z.array(condition));
  },
});

const nextChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('at'), at: instant, holds: z.boolean() }),
  z.strictObject({ kind: z.literal('not_by_time') }),
  z.strictObject({ kind: z.literal('not_before'), at: instant.describe('further was not looked') }),
  z.strictObject({ kind: z.literal('unknown'), reason: z.string() }),
]);

export const waits = z
  .strictObject({
    op: z.enum(['enter', 'exit']),
    since: z.exactOptional(instant.describe('the tick that found it first; absent: the next one will')),
    until: instant.describe('not before'),
  })
  .describe('until when the condition makes no change, by `settle` or `stay_at_least`');

const membership = z.strictObject({
  member: z.boolean(),
  since: z.exactOptional(instant),
  evaluated_at: z.exactOptional(instant.describe('the segment’s last tick')),
  pending: z.exactOptional(z.enum(['enter', 'exit']).describe('what the next tick will make of it')),
  waits: z.exactOptional(waits),
  changes: z.array(
    z.strictObject({
      op: z.string(),
      evaluated_at: z.exactOptional(instant),
      caused_at: z.exactOptional(instant),
    }),
  ),
});

const ledgerRow = z.strictObject({
  audience_ref: z.string(),
  state: z.string(),
  identifiers: z.record(z.string(), z.string()).describe('as they were sent'),
  delivered_at: z.exactOptional(instant),
  batch_id: z.exactOptional(z.string()),
  op: z.exactOptional(z.string()),
  status: z.exactOptional(z.string()),
  http_status: z.exactOptional(z.int()),
  attempts: z.exactOptional(number('how often it was sent')),
  sent_at: z.exactOptional(instant),
  acked_at: z.exactOptional(instant),
});

const sync = z.strictObject({
  sync: z.string(),
  destination: z.string(),
  audience: z.exactOptional(z.string()),
  mode: z.exactOptional(z.string()),
  state: z.enum(['delivered', 'sending', 'not there']),
  reasons: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  ledger: z.array(ledgerRow),
  rejection: z.exactOptional(
    z.strictObject({
      op: z.string(),
      code: z.string(),
      message: z.string(),
      attempts: number('how often it was tried'),
      last_at: z.exactOptional(instant),
      next_at: z.exactOptional(instant),
      dead: z.boolean(),
    }),
  ),
});

export const whyReport = z.strictObject({
  version,
  segment: z.string(),
  entity: z.string(),
  key: z.string().describe('as it is stored'),
  at: instant.describe('that it was evaluated at'),
  found: z.boolean().describe('the entity’s table has the key'),
  holds: z.boolean().describe('the verdict'),
  condition,
  next_change: nextChange.describe('by time alone, if no row arrives'),
  membership,
  syncs: z.array(sync),
  notes: z.array(
    z.strictObject({ code: z.string(), message: z.string(), hint: z.exactOptional(z.string()) }),
  ),
});

true satisfies Same<z.output<typeof whyReport>, WhyReport>;
