/** `validate --json`, `doctor --json`, and what any command prints that fails. */
import { z } from 'zod';
import type { DoctorDocument } from '../doctor.ts';
import type { ErrorsDocument, ValidationDocument } from '../json.ts';
import { number, problem, type Same, version } from './parts.ts';

export const errorsDocument = z.strictObject({ version, errors: z.array(problem) });

export const validationDocument = z.strictObject({
  version,
  segments: number('segments of the project'),
  syncs: number('syncs of the project'),
  destinations: number('destinations of the project'),
  errors: z.array(problem),
  warnings: z.array(problem),
});

export const doctorDocument = z.strictObject({
  version,
  program: z.string().describe('the version of segsync'),
  node: z.string().describe('the version of Node'),
  findings: z.array(
    z.strictObject({
      check: z.string().describe('`target`, `clock`, `state`, `tables`, `indexes`, `destination`'),
      name: z.string().describe('the target, or the destination'),
      status: z.enum(['ok', 'warning', 'error', 'skipped']),
      detail: z.exactOptional(z.string()),
      problems: z.array(problem),
    }),
  ),
});

true satisfies Same<z.output<typeof errorsDocument>, ErrorsDocument>;
true satisfies Same<z.output<typeof validationDocument>, ValidationDocument>;
true satisfies Same<z.output<typeof doctorDocument>, DoctorDocument>;
