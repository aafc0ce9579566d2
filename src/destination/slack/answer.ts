/** What an answer means. Source: Slack, changelog of 2016-05-17 on errors of incoming webhooks, and its page on them. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Instant } from '../../instant.ts';
import type { HttpResponse } from '../../world.ts';
import { failedCall, isRefusedKey } from '../answers.ts';
import type { Batch } from '../destination.ts';
import { retryAll } from '../receipts.ts';
import { delivered, type Told } from './gathering.ts';

/** An answer is one word of text, `ok` or what is wrong; nothing of it is about a row. Throws E406, E407. */
export function toldBy(destination: string, answer: HttpResponse, now: Instant): Told {
  const { status, headers } = answer;
  if (status === 200 && answer.body.trim() === 'ok')
    return (batch) => ({ ...delivered(batch), httpStatus: status });
  if (status >= 200 && status < 300)
    return (batch) => ({ receipts: retryAll(batch, 'no_answer', 'the answer is none of Slack’s') });
  stopOn(destination, answer);
  const judge = { title: 'Slack', type: 'slack', now };
  return (batch: Batch) => failedCall(batch, { status, headers, json: undefined }, judge)!;
}

/** Throws for what no repetition mends: E406, E407. */
export function stopOn(destination: string, { status, body }: Pick<HttpResponse, 'status' | 'body'>): void {
  if (status < 400 || status >= 500 || [408, 425, 429].includes(status)) return;
  const word = wordOf(body);
  const detail = `HTTP ${status}${word === undefined ? '' : `, ${word}`}`;
  if (isRefusedKey({ status })) {
    const hint = 'the webhook was revoked, or may not post there: make a new one, and set `url`';
    fail('E406', { destination, detail, hint });
  }
  fail('E407', {
    destination,
    detail,
    hint: HINTS[word ?? ''] ?? 'check `url`, and the channel it posts to',
  });
}

/**
 * A message without a text is refused once the webhook was found: that is a good answer to a question. That it is
 * looked at in this order is not confirmed by the documentation.
 */
export function isThere({ status, body }: Pick<HttpResponse, 'status' | 'body'>): boolean {
  return status === 400 && /^(no_text|invalid_payload|missing_text.*)$/.test(wordOf(body) ?? '');
}

const HINTS: Readonly<Record<string, string>> = {
  no_service: 'there is no such webhook any more: make a new one, and set `url`',
  channel_is_archived: 'the channel is archived: make a webhook for another one, and set `url`',
  channel_not_found: 'the channel is gone: make a webhook for another one, and set `url`',
};

function wordOf(body: string): string | undefined {
  return /^[a-z_]{3,60}$/.exec(body.trim())?.[0];
}
