/** Slack's incoming webhooks as documented: one word for an answer, about a message a second, escaped texts only. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';

const PATH = '/services/T0AAAAAAA/B0BBBBBBB/';
const TOKEN = 'x0Token0of0the0webhook00';
/** Fields of a message that an incoming webhook takes, of those that are sent here. */
const KNOWN = new Set(['text', 'mrkdwn', 'unfurl_links', 'unfurl_media']);
const PACE_MS = 900;

export interface SlackSimulator extends Simulator {
  /** What the destination's `url` is. */
  readonly webhook: string;
  /** Texts as they were posted. */
  readonly texts: string[];
  /** What it answers to everything from now on; `undefined` ends it. */
  refuse(word: string | undefined): void;
}

const STATUS: Readonly<Record<string, number>> = {
  invalid_token: 403,
  action_prohibited: 403,
  no_service: 404,
  channel_not_found: 404,
  channel_is_archived: 410,
  rollup_error: 500,
};

export async function startSlack(): Promise<SlackSimulator> {
  const texts: string[] = [];
  let refusal: string | undefined;
  let postedAt = Number.NEGATIVE_INFINITY;

  function answer(call: Call): Reply {
    const found = refusal ?? (call.path.startsWith(PATH) ? undefined : 'no_service');
    if (found) return word(STATUS[found]!, found);
    if (call.path !== `${PATH}${TOKEN}`) return word(403, 'invalid_token');
    if (call.method !== 'POST') return word(405, 'method_not_allowed');
    const message = parsed(call);
    if (!message || Object.keys(message).some((name) => !KNOWN.has(name)))
      return word(400, 'invalid_payload');
    const { text } = message;
    if (typeof text !== 'string' || text === '') return word(400, 'no_text');
    if (text.length > 4_000 || /[<>]|&(?!(amp|lt|gt);)/.test(text)) return word(400, 'invalid_payload');
    const now = performance.now();
    if (now - postedAt < PACE_MS) return { ...word(429, 'rate_limited'), headers: { 'retry-after': '1' } };
    postedAt = now;
    texts.push(text);
    return word(200, 'ok');
  }

  const simulator = await startSimulator(answer, ({ body }) => body !== '{}');
  return {
    ...simulator,
    webhook: `${simulator.url}${PATH}${TOKEN}`,
    texts,
    refuse(word) {
      refusal = word;
    },
  };
}

function parsed({ headers, body }: Call): Record<string, unknown> | undefined {
  if (headers['content-type'] !== 'application/json') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function word(status: number, body: string): Reply {
  return { status, body };
}
