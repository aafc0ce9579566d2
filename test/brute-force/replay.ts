/** What a tier makes of a key's past, the slow way: a tick at every slot, and every stretch of time looked at. */
import type { Instant } from '../../src/instant.ts';

export interface PlainFigures {
  add: number;
  remove: number;
  /** Sums and greatest of how late the changes that were seen were. */
  enterLate: bigint;
  exitLate: bigint;
  longestEnter: bigint;
  longestExit: bigint;
  missing: bigint;
  lingering: bigint;
  unseen: number;
  wrongKeys: number;
  affected: number;
  busy: Set<Instant>;
}

export interface PlainTruth {
  entered: number;
  exited: number;
  members: number;
  memberTime: bigint;
}

export interface Past {
  readonly from: Instant;
  readonly to: Instant;
  /** Whether the key is in at an instant. */
  holds(at: Instant): boolean;
  /** Instants at which that can have changed, in any order, more than there need be. */
  readonly instants: readonly Instant[];
  /** Instants at which a tick would have had to look at the key. */
  readonly looked?: readonly Instant[];
}

export function noFigures(): PlainFigures {
  const late = { enterLate: 0n, exitLate: 0n, longestEnter: 0n, longestExit: 0n, missing: 0n, lingering: 0n };
  return { ...late, add: 0, remove: 0, unseen: 0, wrongKeys: 0, affected: 0, busy: new Set() };
}

export function noTruth(): PlainTruth {
  return { entered: 0, exited: 0, members: 0, memberTime: 0n };
}

/** Every change of the key, in order. */
function changesOf(past: Past): { at: Instant; holds: boolean }[] {
  const changes: { at: Instant; holds: boolean }[] = [];
  let before = past.holds(past.from);
  for (const at of instantsOf(past)) {
    const now = past.holds(at);
    if (now !== before) changes.push({ at, holds: now });
    before = now;
  }
  return changes;
}

export function addTruth(truth: PlainTruth, past: Past): void {
  for (const { holds } of changesOf(past)) {
    if (holds) truth.entered += 1;
    else truth.exited += 1;
  }
  if (past.holds(past.to)) truth.members += 1;
  const marks = [past.from, ...instantsOf(past), past.to];
  for (let i = 0; i + 1 < marks.length; i += 1) {
    if (past.holds(marks[i]!)) truth.memberTime += marks[i + 1]! - marks[i]!;
  }
}

/** Ticks at each of `slots`, in order. */
export function addTicks(figures: PlainFigures, past: Past, slots: readonly Instant[]): void {
  const changes = changesOf(past);
  const seenAt = new Map<Instant, boolean>();
  let seen = past.holds(past.from);
  let [operations, previous, change] = [0, past.from, -1];
  const looked = [...(past.looked ?? [])].sort(byOrder);
  let look = 0;
  for (const slot of slots) {
    while (change + 1 < changes.length && changes[change + 1]!.at <= slot) change += 1;
    const now = past.holds(slot);
    if (now !== seen) {
      operations += 1;
      const late = slot - changes[change]!.at;
      if (now) {
        figures.add += 1;
        figures.enterLate += late;
        if (late > figures.longestEnter) figures.longestEnter = late;
      } else {
        figures.remove += 1;
        figures.exitLate += late;
        if (late > figures.longestExit) figures.longestExit = late;
      }
      seen = now;
    }
    seenAt.set(slot, seen);
    let hasLooked = false;
    while (look < looked.length && looked[look]! <= slot) {
      hasLooked ||= looked[look]! > previous;
      look += 1;
    }
    if (hasLooked) {
      figures.affected += 1;
      figures.busy.add(slot);
    }
    previous = slot;
  }
  figures.unseen += changes.length - operations;
  addWrong(figures, past, seenAt);
}

function addWrong(figures: PlainFigures, past: Past, seenAt: ReadonlyMap<Instant, boolean>): void {
  const marks = [...new Set([past.from, ...instantsOf(past), ...seenAt.keys(), past.to])].sort(byOrder);
  let seen = past.holds(past.from);
  let wrong = 0n;
  for (let i = 0; i + 1 < marks.length; i += 1) {
    seen = seenAt.get(marks[i]!) ?? seen;
    const truth = past.holds(marks[i]!);
    if (truth === seen) continue;
    const length = marks[i + 1]! - marks[i]!;
    wrong += length;
    if (truth) figures.missing += length;
    else figures.lingering += length;
  }
  if (wrong > 0n) figures.wrongKeys += 1;
}

function instantsOf({ instants, from, to }: Past): Instant[] {
  return [...new Set(instants.filter((at) => at > from && at <= to))].sort(byOrder);
}

function byOrder(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
