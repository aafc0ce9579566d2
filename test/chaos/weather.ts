/** A receiver in a storm: answers at random, as endpoints, their servers and the network between do on a bad day. */
import type { Dice } from '../brute-force/dice.ts';
import type { Fault, ReceivedBody } from '../webhook-receiver.ts';
import type { Refusal } from './audiences.ts';
import type { ProjectFiles } from './rig.ts';
import { shopFiles } from './shop.ts';

/** The least that a webhook may be given to answer in. */
const TIMEOUT_MS = 1_000;
const USUAL_DELAY_MS = 12;

/** Requests are small and many, their time limit is short, and retrying ends soon: a fast tier does not wait for long. */
export const stormFiles: ProjectFiles = (places) => {
  const files = shopFiles(places);
  const hook = files['destinations/hook.yaml']!;
  return Object.fromEntries(
    Object.entries({ ...files, 'destinations/hook.yaml': `${hook}timeout: ${TIMEOUT_MS / 1000}s\n` }).map(
      ([path, text]) => [path, path.startsWith('segments/') ? `tier: realtime\n${text}` : text],
    ),
  );
};

/** One audience does not take every thirteenth, and refuses the whole request that such a one is in. */
export const isRefused: Refusal = (audience, key) => audience === 'buyers' && Number(key) % 13 === 0;

export type Kind = keyof typeof KINDS;
export type Weather = Record<Kind | 'refusal', number>;

export const CALM: Readonly<Weather> = {
  calm: 0,
  cutBefore: 0,
  cutAfter: 0,
  cutDuring: 0,
  partial: 0,
  slowDown: 0,
  slowDownUntil: 0,
  failed: 0,
  failedAfter: 0,
  badGateway: 0,
  late: 0,
  wrongType: 0,
  refusal: 0,
};

const HTML = { 'content-type': 'text/html' };

/** How often of a hundred, and what then happens. */
const KINDS = {
  calm: [48, () => ({})],
  cutBefore: [7, () => ({ drop: 'before' })],
  cutAfter: [14, () => ({ drop: 'after' })],
  cutDuring: [4, () => ({ drop: 'during' })],
  partial: [6, (dice, body) => ({ errors: someRows(dice, body) })],
  slowDown: [3, () => ({ status: 429 })],
  slowDownUntil: [3, (dice) => ({ status: 429, headers: { 'retry-after': retryAfter(dice) } })],
  failed: [4, () => ({ status: 500 })],
  failedAfter: [4, () => ({ status: 500, apply: true })],
  badGateway: [3, () => ({ status: 502, headers: HTML, body: '<html><h1>502 Bad Gateway</h1></html>' })],
  late: [1, () => ({ delayMs: TIMEOUT_MS + 200 })],
  wrongType: [3, () => ({ headers: HTML, body: '<html>Thank you!</html>' })],
} satisfies Record<string, readonly [number, (dice: Dice, body: ReceivedBody) => Fault]>;

/** The fault for one request; `tally` counts it. `share` of all requests meet the storm at all, one kind left out. */
export function weather(
  dice: Dice,
  tally: Weather,
  { share = 1, without }: { readonly share?: number; readonly without?: Kind } = {},
): (request: { readonly body: string }) => Fault {
  return ({ body }) => {
    const batch = JSON.parse(body) as ReceivedBody;
    const delayMs = dice.between(0, USUAL_DELAY_MS);
    const chosen = choose(dice);
    const kind = chosen === without || !dice.chance(share) ? 'calm' : chosen;
    const fault: Fault = { delayMs, ...KINDS[kind][1](dice, batch) };
    if (!holdsRefused(batch)) return counted(tally, kind, fault);
    const keepsOut = fault.drop === 'before' || (fault.status !== undefined && !fault.apply);
    return keepsOut ? counted(tally, kind, fault) : counted(tally, 'refusal', { delayMs, status: 422 });
  };
}

/** What such a receiver does on a good day. */
export function fairWeather({ body }: { readonly body: string }): Fault {
  return holdsRefused(JSON.parse(body) as ReceivedBody) ? { status: 422 } : {};
}

function counted(tally: Weather, kind: keyof Weather, fault: Fault): Fault {
  tally[kind] += 1;
  return fault;
}

function choose(dice: Dice): Kind {
  let left = dice.between(1, 100);
  for (const [kind, [share]] of Object.entries(KINDS)) {
    left -= share;
    if (left <= 0) return kind as Kind;
  }
  return 'calm';
}

function holdsRefused({ data }: ReceivedBody): boolean {
  return data.changes.some(({ op, key }) => op !== 'remove' && isRefused(data.audience, key));
}

/** Errors for some of the rows, which may succeed later. */
function someRows(dice: Dice, { data }: ReceivedBody): unknown[] {
  return data.changes.flatMap((_, index) =>
    index === 0 || dice.chance(0.5) ? [{ index, code: 'busy', message: 'try again', retryable: true }] : [],
  );
}

/** Seconds, or a date that is a moment ahead or over already. */
function retryAfter(dice: Dice): string {
  if (dice.chance(0.5)) return dice.pick(['0', '1']);
  return new Date(Date.now() + dice.between(-2_000, 1_000)).toUTCString();
}
