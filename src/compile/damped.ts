/**
 * Damping: the verdict's changes that must wait, told from those that happen now. A segment's verdict has to hold for
 * `settle` before somebody enters, and nobody exits who has been a member for less than `stayAtLeast`; who waits is in
 * the state table `pending`.
 */
import type { Duration } from '../instant.ts';
import { CAUSED_AT } from './causes.ts';
import {
  and,
  call,
  column,
  compare,
  distinct,
  type Expression,
  number,
  or,
  text,
  value,
} from './expression.ts';
import type { From, Join, Query, Select, SelectColumn, Step } from './query.ts';
import type { Scope } from './rows.ts';
import { inSlices } from './slices.ts';
import { steps } from './steps.ts';

/** A segment whose verdict is damped. */
export interface DampedSegment {
  readonly name: string;
  readonly settle?: Duration;
  readonly stayAtLeast?: Duration;
  /** Whoever is not waiting yet enters at once: since when it holds for them cannot be known. */
  readonly atOnce: boolean;
}

export interface Damped {
  readonly segments: readonly DampedSegment[];
  /** The table `pending`, or what stands for it. */
  readonly pending: From;
}

const WAITING = 'waiting';
const STAYING = 'staying';

/** Those of `pending` who wait to enter, or to exit, beside the rows of `beside`. */
export function waitingFor(op: 'enter' | 'exit', beside: string, { segments, pending }: Damped): Join {
  const names = namesOf(segments);
  return {
    type: 'left join',
    from: pending,
    as: WAITING,
    on: and([
      ...sameKey(WAITING, beside),
      compare(column('op', WAITING), '=', text(op)),
      oneOf(names, WAITING),
      ...inSlices(pending, names, WAITING),
    ]),
  };
}

/** What is known of who waits: since when, and until when. */
export function waitingColumns(): SelectColumn[] {
  return [
    { expression: column('since', WAITING), as: 'since' },
    { expression: column('due_at', WAITING), as: 'known_due' },
  ];
}

/** Of members: who waits to exit, and what would be sent of those who must stay though it does not hold any more. */
export function stayingJoins(beside: string, damped: Damped): Join[] {
  const staying: Join = {
    type: 'left join',
    from: { kind: 'step', name: steps.staying },
    as: STAYING,
    on: and(sameKey(STAYING, beside)),
  };
  return [waitingFor('exit', beside, damped), ...(doStay(damped) ? [staying] : [])];
}

export function stayingColumns(damped: Damped): SelectColumn[] {
  const sent = { expression: column('row_hash', STAYING), as: 'now_hash' };
  return [...waitingColumns(), ...(doStay(damped) ? [sent] : [])];
}

export function doStay({ segments }: Damped): boolean {
  return segments.some(({ stayAtLeast }) => stayAtLeast !== undefined);
}

function sameKey(as: string, beside: string): Expression[] {
  return ['segment', 'entity_key'].map((name) => compare(column(name, as), '=', column(name, beside)));
}

/**
 * Of a row of the diff between the verdict `v` and the members `m`: since when it waits, until when it must (`due_at`;
 * NULL: it happens now), and until when it was known to.
 */
export function dampedColumns(damped: Damped, scope: Scope): SelectColumn[] {
  const { segments } = damped;
  const t = value({ type: 'instant', instant: scope.t });
  const either = (name: string): Expression[] => [column(name, 'v'), column(name, 'm')];
  const hash = column('row_hash', 'v');
  return [
    { expression: call('coalesce', ...either('since'), t), as: 'since' },
    {
      expression: { kind: 'case', branches: [...entering(segments, scope), ...exiting(segments, scope)] },
      as: 'due_at',
      comment: 'who must wait, and until when',
    },
    { expression: call('coalesce', ...either('known_due')), as: 'known_due' },
    ...(doStay(damped)
      ? [
          { expression: call('coalesce', hash, column('now_hash', 'm')), as: 'row_hash' },
          { expression: column('row_hash', 'm'), as: 'known_hash' },
        ]
      : [{ expression: hash, as: 'row_hash' }]),
  ];
}

function absent(side: 'v' | 'm'): Expression {
  return { kind: 'is_null', of: column('entity_key', side) };
}

type Branch = readonly [when: Expression, then: Expression];

function entering(segments: readonly DampedSegment[], scope: Scope): Branch[] {
  const alike = grouped(segments, ({ settle, atOnce }) => settle && `${settle} ${atOnce}`);
  return alike.map((own): Branch => {
    const { settle, atOnce } = own[0]!;
    const known = column('since', 'v');
    const since = call('coalesce', known, value({ type: 'instant', instant: scope.t }));
    const waits = [
      absent('m'),
      oneOf(namesOf(own), 'v'),
      compare(atOnce ? known : since, '>', value({ type: 'instant', instant: scope.t - settle! })),
    ];
    return [and(waits), call('add_micros', since, number(String(settle)))];
  });
}

function exiting(segments: readonly DampedSegment[], scope: Scope): Branch[] {
  const alike = grouped(segments, ({ stayAtLeast }) => stayAtLeast && `${stayAtLeast}`);
  return alike.map((own): Branch => {
    const stay = own[0]!.stayAtLeast!;
    const entered = column('entered_at', 'm');
    const waits = [
      absent('v'),
      oneOf(namesOf(own), 'm'),
      { kind: 'is_null', of: column('now_hash', 'm'), negated: true } as const,
      compare(entered, '>', value({ type: 'instant', instant: scope.t - stay })),
    ];
    return [and(waits), call('add_micros', entered, number(String(stay)))];
  });
}

function grouped(
  segments: readonly DampedSegment[],
  by: (segment: DampedSegment) => string | 0n | undefined,
): DampedSegment[][] {
  const groups = new Map<string, DampedSegment[]>();
  for (const segment of segments) {
    const id = by(segment);
    if (id) groups.set(id, [...(groups.get(id) ?? []), segment]);
  }
  return [...groups.values()];
}

function namesOf(segments: readonly DampedSegment[]): string[] {
  return segments.map(({ name }) => name);
}

function oneOf(segments: readonly string[], as: string): Expression {
  return { kind: 'in', of: column('segment', as), values: segments.map(text) };
}

const WAITS: Expression = { kind: 'is_null', of: column('due_at'), negated: true };

/**
 * The changes that happen now, of those that the verdict would make. Who waited for one is dated by the wait's end. Of a
 * member who must stay, what is sent may change meanwhile.
 */
export function happeningNow(damped: Damped, full: boolean): Step {
  const own = ['segment', 'entity_key'].map((name) => ({ expression: column(name), as: name }));
  const ended = call('coalesce', column('known_due'), column(CAUSED_AT));
  const isNow: Expression = { kind: 'is_null', of: column('due_at') };
  const isEdge = compare(column('op'), '<>', text('touch'));
  const caused: Expression = full
    ? column(CAUSED_AT)
    : { kind: 'case', branches: [[and([isNow, isEdge]), ended]], otherwise: column(CAUSED_AT) };
  const op: Expression = doStay(damped)
    ? { kind: 'case', branches: [[isNow, column('op')]], otherwise: text('touch') }
    : column('op');
  const touched = and([
    compare(column('op'), '=', text('exit')),
    distinct(column('row_hash'), column('known_hash')),
  ]);
  return {
    name: steps.changed,
    comment: 'of them, what happens now',
    query: {
      kind: 'select',
      columns: [
        ...own,
        { expression: op, as: 'op' },
        { expression: caused, as: CAUSED_AT },
        { expression: column('row_hash'), as: 'row_hash' },
      ],
      from: { kind: 'step', name: steps.differing },
      where: [doStay(damped) ? or([isNow, touched]) : isNow],
    },
  };
}

/**
 * Columns `segment`, `what`, `keys`: who begins to wait, or waits until another time than was known (`begun`); who goes
 * on as was known (`kept`); and who of the evaluated keys stands in `pending` (`known`).
 */
export function waitCounts({ segments, pending }: Damped, full: boolean): Query {
  const differing = { kind: 'step', name: steps.differing } as const;
  const isNew = distinct(column('known_due'), column('due_at'));
  const own = [oneOf(namesOf(segments), WAITING), ...inSlices(pending, namesOf(segments), WAITING)];
  const onKey = compare(column('entity_key', 'a'), '=', column('entity_key', WAITING));
  const affected: Join = { type: 'join', from: { kind: 'step', name: steps.affected }, as: 'a', on: onKey };
  return {
    kind: 'union',
    of: [
      counted('begun', { from: differing, as: 'd', where: [WAITS, isNew] }),
      counted('kept', { from: differing, as: 'd', where: [WAITS, { kind: 'not', of: isNew }] }),
      counted('known', { from: pending, as: WAITING, where: own, ...(full ? {} : { joins: [affected] }) }),
    ],
  };
}

function counted(what: string, of: Pick<Select, 'from' | 'joins' | 'where'> & { as: string }): Select {
  const segment = column('segment', of.as);
  return {
    kind: 'select',
    columns: [
      { expression: segment, as: 'segment' },
      { expression: text(what), as: 'what' },
      { expression: { kind: 'aggregate', fn: 'count' }, as: 'keys' },
    ],
    ...of,
    groupBy: [segment],
  };
}
