/**
 * What a resident process knows between its runs, so that a run in which little happens costs little: where its segments
 * stand, what its tables look like, its line in `runs`. All of it may be lost: the state tells the rest.
 */
import type { Catalog } from '../compile/catalog.ts';
import type { Project, Segment } from '../config/project.ts';
import { FreshnessLog } from '../deliver/freshness-log.ts';
import type { SegmentState } from '../evaluate/mode.ts';
import { type PreparedSegment, prepareSegment } from '../evaluate/prepared.ts';
import { type Duration, HOUR, type Instant, MINUTE } from '../instant.ts';
import type { Provenance } from '../state/provenance.ts';
import type { RunEnd } from '../state/runs.ts';
import type { Random } from '../world.ts';
import { KeptLosses } from './kept-losses.ts';

/** What tables look like is asked again after this long, and after any failure. */
const TABLES_FOR = MINUTE;
/** Ticks of so long share a line in `runs`. */
const LINE_FOR = HOUR;
/** What changed nothing is written this often: an older instant is never wrong. */
const WRITE_EVERY = MINUTE;

/** One line in `runs`, of many ticks. */
export interface Line {
  readonly runId: string;
  readonly startedAt: Instant;
  /** It stands in the state, or is about to. */
  begun?: Promise<void>;
  totals: RunEnd['totals'];
  readonly freshness: FreshnessLog;
}

/** The lines of a process, shared by all its loops. */
export class Lines {
  #line: Line | undefined;
  /** Lines that are over and not written as such yet. */
  readonly ended: Line[] = [];

  /** The line that a run at `now` belongs to: a new one every hour. */
  current(now: Instant, random: Random): Line {
    if (this.#line && now - this.#line.startedAt < LINE_FOR) return this.#line;
    this.end();
    this.#line = { runId: random.uuid(), startedAt: now, totals: {}, freshness: new FreshnessLog() };
    return this.#line;
  }

  end(): void {
    if (this.#line?.begun) this.ended.push(this.#line);
    this.#line = undefined;
  }
}

export class Kept {
  /** Where each segment stands, and when that was last written. */
  readonly #stands = new Map<string, { readonly state: SegmentState; readonly writtenAt: Instant }>();
  readonly #done = new Map<string, Instant>();
  readonly #prepared = new Map<string, PreparedSegment>();
  #catalog: { readonly of: ReadonlySet<string>; readonly at: Instant; readonly catalog: Catalog } | undefined;
  readonly lines: Lines;
  readonly losses = new KeptLosses();
  /** Where the state was made, if not here. */
  foreign: Provenance | undefined;
  /** Definitions whose texts are noted, as `kind:name`. */
  readonly noted = new Set<string>();

  constructor(lines: Lines) {
    this.lines = lines;
  }

  /** As `prepareSegment`, once a segment: all runs of one loop are of one project. */
  prepare(project: Project): (segment: Segment) => PreparedSegment {
    return (segment) => {
      const prepared = this.#prepared.get(segment.name) ?? prepareSegment(project, segment);
      this.#prepared.set(segment.name, prepared);
      return prepared;
    };
  }

  /** What the state says, or what is known to be newer: a tick that changed nothing may not have been written. */
  newest(read: ReadonlyMap<string, SegmentState>): ReadonlyMap<string, SegmentState> {
    return new Map(
      [...read].map(([name, stored]) => {
        const known = this.#stands.get(name)?.state;
        const isNewer =
          known?.tickId === stored.tickId &&
          known.fingerprint === stored.fingerprint &&
          known.evaluatedAt > stored.evaluatedAt;
        return [name, isNewer ? known : stored];
      }),
    );
  }

  /** A tick left a segment so. */
  noteTick(name: string, state: SegmentState, { isWritten }: { isWritten: boolean }): void {
    const before = this.#stands.get(name)?.writtenAt;
    const writtenAt = isWritten || before === undefined ? state.evaluatedAt : before;
    this.#stands.set(name, { state, writtenAt });
  }

  /** Whether a tick at `t` is to be written though it changed nothing: often enough for a promise of `freshWithin`. */
  isToWrite(name: string, t: Instant, freshWithin: Duration): boolean {
    const stands = this.#stands.get(name);
    const every = freshWithin / 3n < WRITE_EVERY ? freshWithin / 3n : WRITE_EVERY;
    return stands === undefined || t - stands.writtenAt >= every;
  }

  /** True when `what` was not asked for within `every`; it counts as done now. */
  isTimeFor(what: string, now: Instant, every: Duration): boolean {
    const last = this.#done.get(what);
    if (last !== undefined && now - last < every) return false;
    this.#done.set(what, now);
    return true;
  }

  stateOf(name: string): SegmentState | undefined {
    return this.#stands.get(name)?.state;
  }

  /** What was found of the tables of these segments; with `now`, only while it is young enough. */
  catalogOf(segments: readonly string[], now?: Instant): Catalog | undefined {
    const known = this.#catalog;
    if (!known || !segments.every((name) => known.of.has(name))) return undefined;
    return now === undefined || now - known.at < TABLES_FOR ? known.catalog : undefined;
  }

  noteCatalog(segments: readonly string[], at: Instant, catalog: Catalog): void {
    this.#catalog = { of: new Set(segments), at, catalog };
  }

  /** Some segments failed: what they stand on and what tables look like is not taken for granted. */
  forget(segments: readonly string[]): void {
    for (const name of segments) this.#stands.delete(name);
    this.#catalog = undefined;
  }
}
