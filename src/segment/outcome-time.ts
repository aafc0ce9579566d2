/**
 * Times as outcomes. A time is looked at in several ways at once: where it stands among fixed instants, how far it lies
 * from `T`, and for each calendar unit how many units from the one that `T` lies in. `T` is any instant.
 */
import { DAY, type Duration, HOUR, type Instant, parseInstant } from '../instant.ts';
import type { CalendarUnit, Scalar, Test, Window } from './condition.ts';
import type { Outcome } from './outcome.ts';
import { answerByOrder, bigintOrder, type Place, type Scale, scalarsOf, scaleOf } from './scale.ts';

/** The longest that a unit can last, with room for what governments do to clocks. */
export const LONGEST: Readonly<Record<CalendarUnit, Duration>> = {
  day: DAY + 26n * HOUR,
  week: 7n * DAY + 26n * HOUR,
  month: 31n * DAY + 26n * HOUR,
  quarter: 92n * DAY + 26n * HOUR,
  year: 366n * DAY + 26n * HOUR,
};

/** Every unit of the first kind lies in one of the second. */
const NESTED: readonly (readonly [CalendarUnit, CalendarUnit])[] = [
  ['day', 'week'],
  ['day', 'month'],
  ['day', 'quarter'],
  ['day', 'year'],
  ['month', 'quarter'],
  ['month', 'year'],
  ['quarter', 'year'],
];

const MOST = 1500;

/** The ways to look at a time that some tests ask for. */
interface Views {
  readonly fixed: Scale<Instant>;
  readonly away: Scale<Duration>;
  readonly units: ReadonlyMap<CalendarUnit, Scale<bigint>>;
}

/** Where a time stands in each view. */
interface Position {
  readonly fixed: Place;
  readonly away: Place;
  readonly units: ReadonlyMap<CalendarUnit, Place>;
}

/** Undefined where no test speaks of time, or a constant is none. */
export function timeOutcomes(tests: readonly Test[], timezone: string): Outcome[] | undefined {
  const windows = tests.flatMap((test) => (test.op === 'window' ? [test.window] : []));
  const instants = tests.flatMap(scalarsOf).map((scalar) => instantOf(scalar, timezone));
  if (windows.length + instants.length === 0) return undefined;
  if (!instants.every((instant) => instant !== undefined)) return undefined;
  const views = viewsOf(windows, instants);
  const positions = positionsIn(views);
  return positions?.map((position) => ({
    answer: (test) =>
      test.op === 'window'
        ? isIn(test.window, position, views)
        : answerByOrder(test, position.fixed, (scalar) => views.fixed.placeOf(instantOf(scalar, timezone)!)),
  }));
}

function instantOf(scalar: Scalar, timezone: string): Instant | undefined {
  return scalar.type === 'text' ? parseInstant(scalar.text, timezone) : undefined;
}

function viewsOf(windows: readonly Window[], instants: readonly Instant[]): Views {
  const units = new Map<CalendarUnit, bigint[]>();
  for (const window of windows) {
    if (window.kind !== 'this' && window.kind !== 'previous') continue;
    const first = window.kind === 'this' ? 0n : -BigInt(window.count);
    units.set(window.unit, [...(units.get(window.unit) ?? [0n, -1n]), first]);
  }
  const fixed = windows.flatMap((window) => ('instant' in window ? [window.instant] : []));
  return {
    fixed: scaleOf([...instants, ...fixed], bigintOrder),
    away: scaleOf([0n, ...windows.flatMap(offsetsOf)], bigintOrder),
    units: new Map([...units].map(([unit, points]) => [unit, scaleOf(points, bigintOrder)])),
  };
}

function offsetsOf(window: Window): Duration[] {
  switch (window.kind) {
    case 'within':
    case 'older_than':
      return [-window.duration];
    case 'next':
      return [window.duration];
    case 'between':
      return [-window.from, -window.to];
    default:
      return [];
  }
}

function isIn(window: Window, { fixed, away, units }: Position, views: Views): boolean {
  const from = (offset: Duration): Place => views.away.placeOf(offset);
  switch (window.kind) {
    case 'within':
      return away > from(-window.duration) && away <= from(0n);
    case 'older_than':
      return away <= from(-window.duration);
    case 'between':
      return away > from(-window.from) && away <= from(-window.to);
    case 'next':
      return away > from(0n) && away <= from(window.duration);
    case 'after':
      return fixed >= views.fixed.placeOf(window.instant);
    case 'before':
      return fixed < views.fixed.placeOf(window.instant);
    case 'this':
      return units.get(window.unit) === views.units.get(window.unit)!.placeOf(0n) && away <= from(0n);
    case 'previous': {
      const [unit, scale] = [units.get(window.unit)!, views.units.get(window.unit)!];
      return unit >= scale.placeOf(-BigInt(window.count)) && unit <= scale.placeOf(-1n);
    }
  }
}

/** Every combination that one time can stand in; undefined: too many. */
function positionsIn(views: Views): Position[] | undefined {
  const scales = [views.fixed, views.away, ...views.units.values()];
  if (scales.reduce((product, { places }) => product * places.length, 1) > MOST) return undefined;
  let positions: Position[] = views.fixed.places.flatMap((fixed) =>
    views.away.places.map((away) => ({ fixed, away, units: new Map() })),
  );
  for (const [unit, scale] of views.units) {
    positions = positions.flatMap((position) =>
      scale.places.map((place) => ({ ...position, units: new Map([...position.units, [unit, place]]) })),
    );
  }
  return positions.filter((position) => isPossible(position, views));
}

function isPossible({ away, units }: Position, views: Views): boolean {
  for (const [unit, place] of units) {
    const whole = unitsAt(views.units.get(unit)!, place);
    if (!whole || !isNear(whole, away, views.away, LONGEST[unit])) return false;
  }
  const side = (unit: CalendarUnit): number => {
    const place = units.get(unit);
    return place === undefined ? 0 : place - views.units.get(unit)!.placeOf(0n);
  };
  return NESTED.every(([inner, outer]) => {
    if (!units.has(inner) || !units.has(outer)) return true;
    const [small, large] = [Math.sign(side(inner)), Math.sign(side(outer))];
    return small === 0 ? large === 0 : large === 0 || large === small;
  });
}

interface Span {
  readonly low?: bigint;
  readonly high?: bigint;
}

/** The whole units at a place; undefined when there is none. */
function unitsAt(scale: Scale<bigint>, place: Place): Span | undefined {
  const { before, after } = scale.around(place);
  const inset = place % 2 === 1 ? 0n : 1n;
  const low = before === undefined ? undefined : before + inset;
  const high = after === undefined ? undefined : after - inset;
  if (low !== undefined && high !== undefined && low > high) return undefined;
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
}

/** Whether a time in these units can lie so far from `T`: on that side, and less than a unit more than it is units away. */
function isNear({ low, high }: Span, away: Place, scale: Scale<Duration>, longest: Duration): boolean {
  const now = scale.placeOf(0n);
  if (high !== undefined && high < 0n && away >= now) return false;
  if (low !== undefined && low > 0n && away <= now) return false;
  const { before, after } = scale.around(away);
  const isPast = low !== undefined && after !== undefined && after <= -(far(low) * longest);
  const isAhead = high !== undefined && before !== undefined && before >= far(high) * longest;
  return !isPast && !isAhead;
}

/** Of units before or after the present one: one more than they are away. */
function far(units: bigint): bigint {
  return (units < 0n ? -units : units) + 1n;
}
