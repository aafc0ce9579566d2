/** Operations as lines of NDJSON or CSV, for files and objects. */
import { formatInstant } from '../instant.ts';
import type { Batch, Change } from './destination.ts';
import { changeJson, fieldsJson } from './json.ts';

export const FORMATS = ['ndjson', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** What a new file begins with. */
export const HEADER: Record<Format, string> = {
  ndjson: '',
  csv: 'op,key,segment,caused_at,identifiers,fields\n',
};

/** The change as a line with its end. */
export function lineOf(change: Change, segment: string, format: Format): string {
  if (format === 'ndjson') return `${changeJson(change, segment)}\n`;
  const values = [
    change.op,
    change.key,
    segment,
    formatInstant(change.causedAt),
    JSON.stringify(change.identifiers),
    fieldsJson(change.fields),
  ];
  return `${values.map(csvValue).join(',')}\n`;
}

/** All changes of a batch. */
export function linesOf(batch: Batch, format: Format): string {
  return batch.changes.map((change) => lineOf(change, batch.segment, format)).join('');
}

/** Quoting as in RFC 4180. Lines end in LF, not CRLF: that is what tools at a shell expect. */
function csvValue(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
