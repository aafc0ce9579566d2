/** When a tier is looked at: at its slots, and a fast one between them, the less often the longer nothing happens. Pure. */
import type { Tier } from '../config/project.ts';
import { nextSlot } from '../evaluate/due.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../instant.ts';

/** A fast tier is looked at between its slots, too: so many times a slot. */
const LOOKS = 8n;
const SHORTEST_LOOK: Duration = SECOND / 10n;

/** Whether a tier is one of seconds. */
export function isFast({ every }: Pick<Tier, 'every'>): boolean {
  return every < MINUTE;
}

export class Pace {
  readonly #tier: Tier;
  readonly #timezone: string;
  #nextSlot: Instant | undefined;
  #lookedAt: Instant | undefined;
  #busyAt: Instant | undefined;
  #ranAt: Instant | undefined;

  constructor(tier: Tier, timezone: string) {
    this.#tier = tier;
    this.#timezone = timezone;
  }

  /** Whether looks come between slots. */
  get looks(): boolean {
    return isFast(this.#tier);
  }

  /** Whether a slot was reached since the last look; always before the first one. */
  isSlot(now: Instant): boolean {
    return this.#nextSlot === undefined || now >= this.#nextSlot;
  }

  /** Whether a run is due by the promise, be there anything to do or not: its instant is to show in the state. */
  isRunDue(now: Instant): boolean {
    if (!this.looks || this.#ranAt === undefined) return true;
    const third = this.#tier.freshWithin / 3n;
    return now - this.#ranAt >= (third < MINUTE ? third : MINUTE);
  }

  /** A look at `now` found something or not; `ran`: a run was due by the promise, and followed. */
  note(now: Instant, { found, ran }: { found: boolean; ran: boolean }): void {
    if (this.isSlot(now)) this.#nextSlot = nextSlot(this.#tier, this.#timezone, now);
    this.#lookedAt = now;
    if (found || this.#busyAt === undefined || now < this.#busyAt) this.#busyAt = now;
    if (ran) this.#ranAt = now;
  }

  /** How long until the next look, from `now`. */
  waitFor(now: Instant): Duration {
    const slot = this.#nextSlot;
    // Nothing was looked at yet, or what was begun has failed.
    if (slot === undefined) return 0n;
    const look = this.looks ? this.#lookedAt! + this.#lookEvery(now) : slot;
    const next = look < slot ? look : slot;
    return next > now ? next - now : 0n;
  }

  /** Twice as long with every minute in which nothing happened, up to the cadence itself. */
  #lookEvery(now: Instant): Duration {
    const { every } = this.#tier;
    const usual = every / LOOKS > SHORTEST_LOOK ? every / LOOKS : SHORTEST_LOOK;
    // A clock that went back is no reason for haste.
    const quiet = now > this.#busyAt! ? (now - this.#busyAt!) / MINUTE : 0n;
    const slower = usual << (quiet < 20n ? quiet : 20n);
    return slower < every ? slower : every;
  }
}
