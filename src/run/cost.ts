/** What a plan's ticks would cost, by the warehouse's own estimate: shared, and each segment alone. */
import pLimit from 'p-limit';
import { captures } from '../evaluate/captured.ts';
import { estimateTick } from '../evaluate/cost.ts';
import type { TickGroup, TickOutcome } from '../evaluate/tick.ts';
import type { Cost } from '../report/results.ts';
import { type Statements, WarehouseError } from '../warehouse/warehouse.ts';
import type { RunContext } from './context.ts';
import { tickContext } from './evaluate.ts';
import { tickLabel } from './labels.ts';

/** Longest time that a plan takes to ask for segments alone; those beyond it have no cost. */
const PATIENCE_MS = 1_500;
/** Questions at once: each is short, and waits for its way to the warehouse and back. */
const AT_ONCE = 4;

export class Costs {
  readonly #ofSegments = new Map<string, Cost>();
  readonly #ofTicks: (Cost | undefined)[] = [];
  #spentMs = 0;

  /** Asks for a tick that was explained. Outside its transaction: no failure here is one of the plan. */
  async add(group: TickGroup, outcome: TickOutcome, context: RunContext): Promise<void> {
    try {
      await this.#ask(group, outcome, context);
    } catch (error) {
      if (!(error instanceof WarehouseError)) throw error;
      this.#ofTicks.push(undefined);
    }
  }

  /** As it stands in a result. */
  ofSegment(name: string): { cost?: Cost } {
    return told(this.#ofSegments.get(name));
  }

  /** Of all ticks; of none where one of them is unknown. */
  total(): { cost?: Cost } {
    const known = this.#ofTicks.filter((cost) => cost !== undefined);
    if (known.length === 0 || known.length < this.#ofTicks.length) return {};
    const amount = known.reduce((sum, cost) => sum + cost.amount, 0);
    return told({ ...known[0]!, amount });
  }

  async #ask(group: TickGroup, outcome: TickOutcome, context: RunContext): Promise<void> {
    const { session, options, world } = context;
    const captured = await captures(session, group);
    const asked = new Map<string, ReturnType<Statements['estimate']>>();
    const costOf = (of: TickGroup): Promise<Cost | undefined> => {
      const estimate = onceEach(session.labelled(tickLabel(context, of)), asked);
      return estimateTick(estimate, of, outcome, captured, tickContext(context));
    };
    const shared = await costOf(group);
    this.#ofTicks.push(shared);
    const started = world.clock.monotonic();
    const spent = (): number => this.#spentMs + world.clock.monotonic() - started;
    const limit = pLimit(AT_ONCE);
    const alone = group.members.map((member) =>
      limit(async () => {
        if (options.signal.aborted || spent() > PATIENCE_MS) return;
        const own = group.members.length === 1 ? shared : await costOf({ ...group, members: [member] });
        if (own) this.#ofSegments.set(member.prepared.name, own);
      }),
    );
    await Promise.all(alone);
    this.#spentMs = spent();
  }
}

/** Many segments have statements in common: those that look for watermarks. */
function onceEach(
  statements: Statements,
  asked: Map<string, ReturnType<Statements['estimate']>>,
): Statements['estimate'] {
  return (sql) => {
    const answer = asked.get(sql) ?? statements.estimate(sql);
    asked.set(sql, answer);
    return answer;
  };
}

/** Without what additions of decimals in binary leave behind. */
function told(cost: Cost | undefined): { cost?: Cost } {
  return cost ? { cost: { amount: Number(cost.amount.toPrecision(12)), unit: cost.unit } } : {};
}
