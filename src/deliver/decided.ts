/** Candidates with what to do for each, streamed; and a count of it all. */
import type { Counts } from '../report/results.ts';
import { candidateRows, standingOf } from './candidates.ts';
import type { Preview } from './context.ts';
import { errandOf, nextOf } from './errand.ts';
import { type Decision, decide, type Rules, type Standing } from './operation.ts';
import { Packer } from './packer.ts';
import { changeOf, groupOf } from './parcel.ts';
import type { Scope } from './scope.ts';

export interface Decided {
  readonly standing: Standing;
  readonly decision: Decision;
}

/** What a delivery would do. */
export interface Survey {
  readonly planned: Counts;
  readonly unmatchable: number;
  readonly requests: number;
  /** Everything that was counted, when that is little enough to keep. */
  readonly kept?: readonly Decided[];
}

/** Up to this many candidates are kept in memory between counting and sending; more are read twice. */
const KEPT = 10_000;

/** Candidates that something is to be done for, or that nothing can be done for. */
export async function* decidedOf(
  preview: Preview,
  scope: Scope,
  signal?: AbortSignal,
): AsyncGenerator<Decided> {
  const rules = rulesOf(preview, scope);
  for await (const row of candidateRows(preview, scope, signal)) {
    const standing = standingOf(row, preview);
    const decision = decide(standing, rules);
    if (decision.kind !== 'nothing' || decision.unmatchable) yield { standing, decision };
  }
}

/** Counts without sending. Memory does not grow with the audience. */
export async function survey(preview: Preview, decided: AsyncIterable<Decided>): Promise<Survey> {
  const planned: Counts = { add: 0, remove: 0, update: 0 };
  const requests = new RequestCount(preview);
  let kept: Decided[] | undefined = [];
  let unmatchable = 0;
  for await (const each of decided) {
    const { decision } = each;
    kept?.push(each);
    if (kept && kept.length > KEPT) kept = undefined;
    if (decision.kind === 'nothing') unmatchable++;
    if (decision.kind !== 'send') continue;
    planned[decision.effect]++;
    requests.add(each.standing, decision);
  }
  return { planned, unmatchable, requests: requests.total(), ...(kept ? { kept } : {}) };
}

function rulesOf({ sync, destination, now }: Preview, { renewBefore }: Scope): Rules {
  return {
    mode: sync.mode,
    asksConsent: sync.consent !== undefined,
    needsIdentifier: destination.manifest.needsIdentifier,
    canUpdate: destination.manifest.operations.includes('update'),
    ...(renewBefore === undefined ? {} : { renewBefore }),
    ...(sync.againAfter === undefined ? {} : { notSince: now - sync.againAfter }),
  };
}

class RequestCount {
  readonly #preview: Preview;
  readonly #packer: Packer<true>;
  #full = 0;

  constructor(preview: Preview) {
    this.#preview = preview;
    const { destination, sync } = preview;
    this.#packer = new Packer(destination.session.limits, sync.mode === 'on_enter');
  }

  add(standing: Standing, decision: Decision & { kind: 'send' }): void {
    const { destination, sync, now } = this.#preview;
    let errand: ReturnType<typeof nextOf> = errandOf(standing, decision);
    for (; errand; errand = nextOf(errand)) {
      const bytes = destination.session.sizeOf(changeOf(errand, now), { segment: sync.segment });
      if (this.#packer.add(groupOf(errand), true, bytes)) this.#full++;
    }
  }

  total(): number {
    return this.#full + this.#packer.rest().length;
  }
}
