/** The way to the endpoint and back: each request arrives, or does not, and its answer comes, or does not. */
import { type HttpRequest, type HttpResponse, NetworkError } from '../../src/world.ts';
import type { Endpoint, SentBatch } from './endpoint.ts';
import type { SimulatedProcess } from './process.ts';
import type { Simulation } from './simulation.ts';

export interface NetworkSide {
  readonly endpoint: Endpoint;
  /** Milliseconds that one way takes; always less than half a request's time limit. */
  readonly latency: () => number;
  /** Whether what is on its way arrives although its sender is killed meanwhile. */
  readonly survives: () => boolean;
  /** Milliseconds since 1970 on the endpoint's clock. */
  readonly now: () => number;
  /** Called when a request leaves, when it was applied (or not), and when its sender hears of it, or gives it up. */
  readonly onSent: (process: SimulatedProcess, batch: SentBatch) => void;
  readonly onArrived: (batch: SentBatch) => void;
  readonly onAnswered: (
    process: SimulatedProcess,
    batch: SentBatch,
    answer: HttpResponse | undefined,
  ) => void;
}

type Fate = 'answered' | 'lost before' | 'lost after';

export async function requestOver(
  simulation: Simulation,
  side: NetworkSide,
  process: SimulatedProcess,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { data: batch } = JSON.parse(String(request.body)) as { data: SentBatch };
  const fate = fateOf(simulation, side.endpoint);
  const isHasty = simulation.dice.chance(0.5);
  const flight: Flight = { batch, fate, patienceMs: isHasty ? 0 : request.timeoutMs, answer: undefined };
  const ms = await process.step(`send ${told(batch)}`, 0, () => {
    side.onSent(process, batch);
    return depart(simulation, side, process, flight);
  });
  return process.step(`answer ${told(batch)}`, ms, () => hear(side, process, flight));
}

interface Flight {
  readonly batch: SentBatch;
  readonly fate: Fate;
  /** How long its sender waits for an answer that does not come. */
  readonly patienceMs: number;
  answer: HttpResponse | undefined;
}

/** Lets a request arrive; returns after how long its sender hears of it, or gives it up. */
function depart(
  simulation: Simulation,
  side: NetworkSide,
  process: SimulatedProcess,
  flight: Flight,
): number {
  const { batch, fate, patienceMs } = flight;
  const there = side.latency();
  const arrive = (): void => {
    if (fate === 'lost before') {
      simulation.note(process, `lost ${told(batch)}`);
      return;
    }
    const answer = side.endpoint.receive(batch, side.now());
    simulation.note(process, `arrived ${answer.status} ${told(batch)}`);
    side.onArrived(batch);
    if (fate === 'answered') flight.answer = answer;
  };
  simulation.after(there, arrive, { life: process, isAway: true, survives: side.survives() });
  const whole = there + side.latency();
  return fate === 'answered' ? whole : Math.max(whole, patienceMs);
}

function hear(
  side: NetworkSide,
  process: SimulatedProcess,
  { batch, answer, patienceMs }: Flight,
): HttpResponse {
  side.onAnswered(process, batch, answer);
  if (answer) return answer;
  throw new NetworkError(patienceMs > 0 ? 'timeout' : 'reset', true, 'no answer came');
}

function fateOf({ dice }: Simulation, { quirks }: Endpoint): Fate {
  const share = dice.fraction();
  if (share < quirks.lostBefore) return 'lost before';
  return share < quirks.lostBefore + quirks.lostAfter ? 'lost after' : 'answered';
}

function told({ sync, batch_id: id, changes }: SentBatch): string {
  const rows = changes.map(({ op, key, identifiers, fields }) =>
    op === 'remove'
      ? `-${key}`
      : `${op === 'add' ? '+' : '~'}${key}(${identifiers.email ?? ''} ${fields.name})`,
  );
  return `${id.slice(0, 6)} ${sync} ${rows.join(' ')}`;
}
