/** The members of a segment as text, streamed. */

export type MemberFormat = 'plain' | 'csv' | 'json';

export interface Member {
  readonly entity_key: string;
  readonly entered_at: string;
}

/** Pieces of text for a stream of members: a key a line, CSV with a title line, or one JSON document. */
export function memberLines(
  format: MemberFormat,
  segment: string,
  members: AsyncIterable<Member>,
): AsyncIterable<string> {
  if (format === 'json') return document(segment, members);
  return format === 'csv' ? csv(members) : plain(members);
}

async function* plain(members: AsyncIterable<Member>): AsyncIterable<string> {
  for await (const { entity_key } of members) yield `${entity_key}\n`;
}

async function* csv(members: AsyncIterable<Member>): AsyncIterable<string> {
  yield 'entity_key,entered_at\n';
  for await (const { entity_key, entered_at } of members) yield `${cell(entity_key)},${cell(entered_at)}\n`;
}

async function* document(segment: string, members: AsyncIterable<Member>): AsyncIterable<string> {
  yield `{"version": 1, "segment": ${JSON.stringify(segment)}, "members": [`;
  let separator = '\n';
  for await (const { entity_key, entered_at } of members) {
    yield `${separator}  ${JSON.stringify({ entity_key, entered_at })}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}

/** Quoted where a comma, a quote or the end of a line would be read as structure. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
