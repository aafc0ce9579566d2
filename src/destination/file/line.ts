/** How an operation is written: one line of NDJSON or CSV. */
import { formatInstant } from '../../instant.ts';
import type { Change } from '../destination.ts';
import { changeJson, fieldsJson } from '../json.ts';
import type { Format } from './options.ts';

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

/** Quoting as in RFC 4180. Lines end in LF, not CRLF: that is what tools at a shell expect. */
function csvValue(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
