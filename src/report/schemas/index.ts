/** What the program prints for programs: a schema for each document, published under schemas/output/. */
import { z } from 'zod';
import { adviceReport } from './advise.ts';
import { doctorDocument, errorsDocument, testsDocument, validationDocument } from './checks.ts';
import { destinationsDocument, membersDocument, membershipDocument, pageDocument } from './lists.ts';
import { runEvent, runReport } from './run.ts';
import { historyReport, segmentHistory, statusReport } from './upkeep.ts';
import { whyReport } from './why.ts';

export interface Published {
  /** What prints it. */
  readonly title: string;
  readonly schema: z.ZodType;
}

/** File name without `.json` -> what stands in it. */
export const OUTPUTS: Readonly<Record<string, Published>> = {
  run: { title: 'segsync run --json', schema: runReport },
  plan: { title: 'segsync plan --json', schema: runReport },
  event: { title: 'a line of segsync run --events FILE', schema: runEvent },
  validate: { title: 'segsync validate --json', schema: validationDocument },
  status: { title: 'segsync status --json', schema: statusReport },
  history: { title: 'segsync history --json', schema: historyReport },
  'segment-history': { title: 'segsync history SEGMENT --json', schema: segmentHistory },
  advise: { title: 'segsync advise --json', schema: adviceReport },
  doctor: { title: 'segsync doctor --json', schema: doctorDocument },
  test: { title: 'segsync test --json', schema: testsDocument },
  destinations: { title: 'segsync destinations --json', schema: destinationsDocument },
  members: { title: 'segsync members SEGMENT --format json', schema: membersDocument },
  membership: { title: 'segsync members SEGMENT --key KEY --json', schema: membershipDocument },
  why: { title: 'segsync explain SEGMENT KEY --json', schema: whyReport },
  explain: { title: 'segsync explain CODE --json', schema: pageDocument },
  errors: { title: 'any command with --json that fails before it has a result', schema: errorsDocument },
};

/** A schema as JSON Schema, open to the keys that a later version of the document may add. */
export function jsonSchemaOf({ title, schema }: Published): object {
  return {
    ...z.toJSONSchema(schema, {
      target: 'draft-07',
      override({ jsonSchema }) {
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    }),
    title,
  };
}
