/** What one request of a sync would carry, with names where a person's values would stand. */
import type { Change, Example, FieldValue, Operation } from '../destination/destination.ts';
import type { Counts } from '../report/results.ts';
import { kindsOf, type Preview } from './context.ts';

/**
 * Of the operation that comes first among those planned. Pure: nobody's row is read. `hidden`: texts that are shown
 * nowhere.
 */
export function exampleOf(
  preview: Preview,
  audienceRef: string,
  planned: Counts,
  hidden: readonly string[],
): Example | undefined {
  const op = (['add', 'update', 'remove'] as const).find((each) => planned[each] > 0);
  if (!op) return undefined;
  const { sync, destination, now } = preview;
  const change: Change = {
    ...{ op, key: '<key>', causedAt: now },
    identifiers: identifiersOf(preview),
    fields: op === 'remove' ? {} : fieldsOf(preview),
  };
  const example = destination.session.example({
    ...{ id: '<batch id>', op: op satisfies Operation, sync: sync.name, segment: sync.segment },
    audience: { name: sync.audience, ref: audienceRef },
    kinds: kindsOf(preview),
    changes: [change],
    idOf: () => '<id>',
    events: sync.mode === 'on_enter',
  });
  return masked(example, hidden);
}

function masked(example: Example, hidden: readonly string[]): Example {
  const mask = (text: string, as: (value: string) => string): string =>
    hidden.reduce((rest, value) => rest.replaceAll(as(value), '••••'), text);
  const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);
  return {
    to: mask(
      mask(example.to, (value) => value),
      encodeURIComponent,
    ),
    body: JSON.parse(mask(mask(JSON.stringify(example.body ?? null), inJson), encodeURIComponent)) as unknown,
  };
}

/** Values that pass for what they are, to see what the destination makes of them. */
const SAMPLES: Readonly<Record<string, string>> = {
  email: 'somebody@example.com',
  phone: '+14155550100',
  region: 'CA',
  postal_code: '94105',
  country: 'US',
};

const HASH = /^[0-9a-f]{64}$/i;

function identifiersOf({ roster, destination }: Preview): Record<string, string> {
  const masked = roster.identifiers.flatMap(({ name, kind }) => {
    const sent = destination.session.identifier(kind, SAMPLES[kind] ?? 'somebody', {});
    if (sent === undefined) return [];
    return [[name, HASH.test(sent) ? `<sha256 of ${name}>` : `<${name}>`]];
  });
  return Object.fromEntries(masked);
}

function fieldsOf({ roster }: Preview): Record<string, FieldValue> {
  return Object.fromEntries(roster.fields.map(({ name }) => [name, `<${name}>`]));
}
