/** Which segments share a tick. */
import { MINUTE } from '../instant.ts';
import { causesOfChanges } from './damping.ts';
import type { FullReason } from './mode.ts';
import type { TickGroup, TickMember } from './tick.ts';

/** A segment that lags this far behind the others would widen everybody's ranges: it goes alone. */
const FAR_BEHIND = 10n * MINUTE;

/** Longer statements take engines longer to plan than two of them do. */
const MOST_SEGMENTS = 500;
/** Each way of dating changes is a column of the affected keys. */
const MOST_DATED_APART = 100;

/** How segments are to tick, by name. */
export interface Modes {
  /** Why everyone is evaluated; without a reason the affected keys suffice. */
  readonly reasons: Map<string, FullReason>;
  /** Those that could be incremental, whatever is asked for. */
  readonly comparable: Set<string>;
}

/**
 * Segments of one entity share a tick; full ones apart from incremental ones, stragglers apart from the rest. Groups
 * come in the order of their first members, fast tiers before slow ones: each step delivers before the next begins, and
 * a daily load may take hours. Those that refer to `query:` segments come last: they read the members that these have by
 * then.
 */
export function groupTicks(members: readonly TickMember[], modes: Modes): TickGroup[] {
  const sets = new Map<string, TickMember[]>();
  for (const member of members) {
    const full = modes.reasons.has(member.prepared.name);
    const refers = refersToStored(member);
    const id = `${member.prepared.entity.name} ${full ? 'full' : 'incremental'} ${refers}`;
    sets.set(id, [...(sets.get(id) ?? []), member]);
  }
  const groups = [...sets.values()].flatMap((set) => split(set)).map((set) => groupOf(set, modes));
  const places = new Map(members.map((member, place) => [member, place]));
  const placeOf = (group: TickGroup): number =>
    Math.min(...group.members.map((member) => places.get(member)!));
  return groups.sort(
    (a, b) =>
      Number(refersToStored(a.members[0]!)) - Number(refersToStored(b.members[0]!)) ||
      placeOf(a) - placeOf(b),
  );
}

/** The `query:` segments among `members` that a group refers to, as a group of their own; undefined: none. */
export function referredTo(
  group: TickGroup,
  members: readonly TickMember[],
  modes: Modes,
): TickGroup | undefined {
  const names = new Set(group.members.flatMap(({ prepared }) => prepared.stored));
  const own = members.filter(({ prepared }) => names.has(prepared.name));
  return own.length > 0 ? groupOf(own, modes) : undefined;
}

function refersToStored({ prepared }: TickMember): boolean {
  return prepared.stored.length > 0;
}

function split(set: readonly TickMember[]): TickMember[][] {
  const lastTick = (member: TickMember): bigint => member.state?.evaluatedAt ?? 0n;
  const oldestFirst = [...set].sort((a, b) =>
    lastTick(a) < lastTick(b) ? -1 : lastTick(a) > lastTick(b) ? 1 : 0,
  );
  const groups: { members: TickMember[]; dated: Set<string> }[] = [];
  for (const member of oldestFirst) {
    const current = groups.at(-1);
    const dated = datedBy(member);
    const near = current && lastTick(member) - lastTick(current.members[0]!) <= FAR_BEHIND;
    const isRoom =
      current &&
      current.members.length < MOST_SEGMENTS &&
      (current.dated.has(dated) || current.dated.size < MOST_DATED_APART);
    if (!near || !isRoom) groups.push({ members: [member], dated: new Set([dated]) });
    else {
      current.members.push(member);
      current.dated.add(dated);
    }
  }
  return groups.map(({ members }) => members);
}

/** Equal for segments whose changes have the same causes. */
function datedBy({ prepared, state }: TickMember): string {
  return JSON.stringify([causesOfChanges(prepared), String(state?.evaluatedAt)]);
}

function groupOf(set: readonly TickMember[], { reasons, comparable }: Modes): TickGroup {
  const names = set.map(({ prepared }) => prepared.name);
  const full = new Map(
    names.flatMap((name) => {
      const reason = reasons.get(name);
      return reason ? [[name, reason] as const] : [];
    }),
  );
  const group = { entity: set[0]!.prepared.entity, members: set };
  if (full.size === 0) return group;
  return { ...group, full, comparable: new Set(names.filter((name) => comparable.has(name))) };
}
