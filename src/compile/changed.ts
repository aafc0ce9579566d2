/** The diff in the warehouse: who entered, who left, and which members' sent values changed. */
import { CAUSED_AT, type Causes } from './causes.ts';
import {
  type Damped,
  dampedColumns,
  happeningNow,
  stayingColumns,
  stayingJoins,
  waitingColumns,
  waitingFor,
} from './damped.ts';
import { call, column, compare, distinct, type Expression, or, text, value } from './expression.ts';
import type { From, Query, Select, SelectColumn, Step } from './query.ts';
import type { Scope } from './rows.ts';
import { inSlices } from './slices.ts';
import { steps } from './steps.ts';

export interface ChangedInput {
  readonly segments: readonly string[];
  /** The table `membership`, or what stands for it. */
  readonly membership: From;
  /** What changes are dated by; undefined: everyone was evaluated, and `T` dates all. */
  readonly causes: Causes | undefined;
  /** The segments whose verdict is damped, where there are any. */
  readonly damped: Damped | undefined;
  readonly scope: Scope;
}

/** One step; where a verdict is damped, a second one that leaves out who must wait. */
export function changedSteps(input: ChangedInput): Step[] {
  const { damped } = input;
  return damped
    ? [diffStep(input, damped), happeningNow(damped, input.causes === undefined)]
    : [diffStep(input, undefined)];
}

/**
 * Columns: `segment`, `entity_key`, `op`, `caused_at`, `row_hash`; damped also those of `dampedColumns`. Both sides bring `caused_at` along: a join with the
 * affected keys after the full join is planned as a nested loop, since planners take the full join for tiny.
 */
function diffStep(input: ChangedInput, damped: Damped | undefined): Step {
  const full = input.causes === undefined;
  const key: Expression = call('coalesce', column('entity_key', 'v'), column('entity_key', 'm'));
  const absent = (side: 'v' | 'm'): Expression => ({ kind: 'is_null', of: column('entity_key', side) });
  const same = (name: string): Expression => compare(column(name, 'v'), '=', column(name, 'm'));
  const query: Select = {
    kind: 'select',
    columns: [
      { expression: call('coalesce', column('segment', 'v'), column('segment', 'm')), as: 'segment' },
      { expression: key, as: 'entity_key' },
      {
        expression: {
          kind: 'case',
          branches: [
            [absent('m'), text('enter')],
            [absent('v'), text('exit')],
          ],
          otherwise: text('touch'),
        },
        as: 'op',
      },
      dated(full, input.scope),
      ...(damped
        ? dampedColumns(damped, input.scope)
        : [{ expression: column('row_hash', 'v'), as: 'row_hash' }]),
    ],
    from: damped ? { kind: 'query', query: holding(damped, full) } : { kind: 'step', name: steps.verdict },
    as: 'v',
    joins: [
      {
        type: 'full join',
        from: { kind: 'query', query: members(input) },
        as: 'm',
        on: { kind: 'and', of: [same('segment'), same('entity_key')] },
      },
    ],
    where: [or([absent('m'), absent('v'), distinct(column('row_hash', 'v'), column('row_hash', 'm'))])],
  };
  return damped
    ? {
        name: steps.differing,
        comment: 'who enters, who exits, whose sent values changed, by verdict',
        query,
      }
    : { name: steps.changed, comment: 'who enters, who exits, whose sent values changed', query };
}

function dated(full: boolean, { t }: Scope): SelectColumn {
  return {
    expression: full
      ? value({ type: 'instant', instant: t })
      : call('coalesce', column('caused_at', 'v'), column('caused_at', 'm')),
    as: 'caused_at',
  };
}

/** For whom it holds, with who of them waits to enter. */
function holding(damped: Damped, full: boolean): Select {
  const own = ['segment', 'entity_key', ...(full ? [] : [CAUSED_AT]), 'row_hash'];
  return {
    kind: 'select',
    columns: [...own.map((name) => ({ expression: column(name, 'holding'), as: name })), ...waitingColumns()],
    from: { kind: 'step', name: steps.verdict },
    as: 'holding',
    joins: [waitingFor('enter', 'holding', damped)],
  };
}

/** Members and changes, counted by segment and operation: columns `segment`, `op`, `keys`. */
export function changeCounts(): Query {
  return {
    kind: 'select',
    columns: [
      { expression: column('segment'), as: 'segment' },
      { expression: column('op'), as: 'op' },
      { expression: { kind: 'aggregate', fn: 'count' }, as: 'keys' },
    ],
    from: { kind: 'step', name: steps.changed },
    groupBy: [column('segment'), column('op')],
  };
}

function members({ membership, segments, causes, damped }: ChangedInput): Select {
  const own = ['segment', 'entity_key', 'row_hash', ...(damped ? ['entered_at'] : [])];
  const known = [
    ...own.map((name) => ({ expression: column(name, 'known'), as: name })),
    ...(damped ? stayingColumns(damped) : []),
  ];
  const waiting = damped ? stayingJoins('known', damped) : [];
  const chosen: Select = {
    kind: 'select',
    columns: known,
    from: membership,
    as: 'known',
    where: [
      { kind: 'in', of: column('segment', 'known'), values: segments.map(text) },
      ...inSlices(membership, segments, 'known'),
    ],
    ...(damped ? { joins: waiting } : {}),
  };
  if (!causes) return chosen;
  const onKey = compare(column('entity_key', 'a'), '=', column('entity_key', 'known'));
  return {
    ...chosen,
    columns: [...known, { expression: causedAt(segments, causes), as: CAUSED_AT }],
    joins: [{ type: 'join', from: { kind: 'step', name: steps.affected }, as: 'a', on: onKey }, ...waiting],
  };
}

/** The affected key's column that dates changes of the row's segment. */
function causedAt(segments: readonly string[], causes: Causes): Expression {
  const names = causes.columns.map((each) => each.as);
  const [last, ...others] = names.toReversed();
  if (others.length === 0) return column(last!, 'a');
  return {
    kind: 'case',
    branches: others.map((name) => {
      const own = segments.filter((segment) => causes.columnOf(segment) === name).map(text);
      return [{ kind: 'in', of: column('segment', 'known'), values: own }, column(name, 'a')] as const;
    }),
    otherwise: column(last!, 'a'),
  };
}
