/** `members --format json`, `destinations --json` and `explain CODE --json`. */
import { z } from 'zod';
import type { DiagnosticPage } from '../diagnostic-page.ts';
import type { MembershipDocument } from '../json.ts';
import type { Member } from '../members.ts';
import type { DestinationsDocument } from '../results.ts';
import { instant, number, type Same, version } from './parts.ts';
import { waits } from './why.ts';

const member = z.strictObject({ entity_key: z.string(), entered_at: instant });

export const membersDocument = z.strictObject({
  version,
  segment: z.string(),
  members: z.array(member).describe('of the last committed tick'),
});

/** With `--key`. */
export const membershipDocument = z.strictObject({
  version,
  segment: z.string(),
  key: z.string(),
  member: z.boolean().describe('whether the key is in the segment now'),
  waits: z.exactOptional(waits),
});

const option = z.strictObject({
  name: z.string(),
  required: z.boolean(),
  secret: z.boolean(),
  description: z.string(),
  default: z.exactOptional(z.unknown()),
  values: z.exactOptional(z.array(z.unknown()).describe('the values there are, where they are few')),
});

const destination = z.strictObject({
  type: z.string(),
  title: z.string(),
  does: z.string(),
  matches_by: z.exactOptional(z.array(z.string()).describe('kinds of identifiers; absent: whatever is sent')),
  needs_targets: z.boolean().describe('its file must say `targets:`'),
  takes_fields: z.union([z.boolean(), z.literal('events')]),
  takes_events: z.boolean(),
  lists_members: z.boolean().describe('it can tell who is in an audience'),
  operations: z.array(z.string()),
  batch: z.strictObject({ rows: number('at most, in a request'), bytes: number('at most, in a request') }),
  concurrency: z.number(),
  verified: z.enum(['real', 'live', 'recorded', 'simulated']),
  options: z.array(option),
});

export const destinationsDocument = z.strictObject({ version, destinations: z.array(destination) });

const example = {
  situation: z.exactOptional(z.string().describe('what the reader must know of the surroundings')),
  files: z
    .array(z.strictObject({ path: z.string(), text: z.string() }))
    .describe('files that differ from the little shop’s'),
  commands: z.array(z.string()),
};

export const pageDocument = z.strictObject({
  version,
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  exit: z.number().describe('the exit code of a command that ends by it'),
  title: z.string(),
  when: z.string(),
  mend: z.string(),
  wrong: z.strictObject({ ...example, prints: z.string().describe('what the last command prints') }),
  right: z.strictObject(example),
});

true satisfies Same<z.output<typeof membersDocument>['members'], Member[]>;
true satisfies Same<z.output<typeof membershipDocument>, MembershipDocument>;
true satisfies Same<z.output<typeof destinationsDocument>, DestinationsDocument>;
true satisfies Same<z.output<typeof pageDocument>, DiagnosticPage>;
