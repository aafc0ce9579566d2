/** What a message says: how many entered and left, and the fields that are included, if any. Pure. */
import type { Batch, Change, FieldValue } from '../destination.ts';

/** What there is to tell of a sync. */
export interface Digest {
  readonly entered: number;
  readonly left: number;
  /** Of those who entered, as many as are listed. */
  readonly lines: readonly string[];
}

export const NOTHING: Digest = { entered: 0, left: 0, lines: [] };

/** Lines of a message, and characters of one: Slack asks for at most 4,000 (`chat.postMessage`, truncating content). */
const MOST_LINES = 20;
const LONGEST_LINE = 150;

/** What a batch adds. */
export function digestOf({ op, changes }: Batch, include: readonly string[]): Digest {
  switch (op) {
    case 'add': {
      const listed = include.length === 0 ? [] : changes.slice(0, MOST_LINES);
      return { entered: changes.length, left: 0, lines: listed.map((change) => lineOf(change, include)) };
    }
    case 'remove':
      return { entered: 0, left: changes.length, lines: [] };
    default:
      return NOTHING;
  }
}

export function together(digests: readonly Digest[]): Digest {
  return {
    entered: digests.reduce((sum, { entered }) => sum + entered, 0),
    left: digests.reduce((sum, { left }) => sum + left, 0),
    lines: digests.flatMap(({ lines }) => lines).slice(0, MOST_LINES),
  };
}

export interface Message {
  readonly text: string;
  readonly mrkdwn: false;
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

/** `churn_risk: +12, -3`, and a line for each who is listed. */
export function messageOf(audience: string, { entered, left, lines }: Digest): Message {
  const counts = [entered > 0 ? `+${entered}` : '', left > 0 ? `-${left}` : ''].filter((each) => each !== '');
  const more = lines.length > 0 && lines.length < entered ? [`and ${entered - lines.length} more`] : [];
  const text = [`${escaped(audience)}: ${counts.join(', ')}`, ...lines.map((line) => `• ${line}`), ...more];
  // The text is no markup, and an address in it is not looked at by Slack.
  return { text: text.join('\n'), mrkdwn: false, unfurl_links: false, unfurl_media: false };
}

function lineOf({ fields }: Change, include: readonly string[]): string {
  const values = include.flatMap((name) => {
    const value = fields[name];
    return value === undefined || value === null ? [] : [`${name}: ${plain(value)}`];
  });
  return escaped(cut(values.join(', ').replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')));
}

function plain(value: Exclude<FieldValue, null>): string {
  return typeof value === 'object' ? value.number : String(value);
}

function cut(text: string): string {
  const letters = [...text];
  return letters.length <= LONGEST_LINE ? text : `${letters.slice(0, LONGEST_LINE - 1).join('')}…`;
}

/** Otherwise `<!channel>` would call everyone. Source: Slack, formatting text, escaping. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
