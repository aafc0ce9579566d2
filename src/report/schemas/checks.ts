/** `validate --json`, `doctor --json`, and what any command prints that fails. */
import { z } from 'zod';
import type { DoctorDocument } from '../doctor.ts';
import type { ErrorsDocument, ValidationDocument } from '../json.ts';
import type { TestsDocument } from '../stories.ts';
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
      check: z.string().describe('`target`, `clock`, `state`, `tables`, `indexes`, `wake`, `destination`'),
      name: z.string().describe('the target, or the destination'),
      status: z.enum(['ok', 'warning', 'error', 'skipped']),
      detail: z.exactOptional(z.string()),
      problems: z.array(problem),
    }),
  ),
});

export const testsDocument = z.strictObject({
  version,
  passed: number('tests that passed'),
  total: number('tests that were run'),
  tests: z.array(
    z.strictObject({
      segment: z.string(),
      name: z.string().describe('what the test says that it shows'),
      file: z.string().describe('from the working folder'),
      line: number('the line that the test begins at'),
      status: z.enum(['passed', 'failed']),
      duration_ms: number('how long it took'),
      failed_at_line: z.exactOptional(number('of a failed one: the line of the step that failed')),
      differences: z.exactOptional(
        z.array(z.string()).describe('of a failed one: how it failed, a line each'),
      ),
    }),
  ),
});

true satisfies Same<z.output<typeof testsDocument>, TestsDocument>;
true satisfies Same<z.output<typeof errorsDocument>, ErrorsDocument>;
true satisfies Same<z.output<typeof validationDocument>, ValidationDocument>;
true satisfies Same<z.output<typeof doctorDocument>, DoctorDocument>;
