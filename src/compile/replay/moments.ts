/**
 * The moments of a replay. A verdict changes only when a row becomes visible or an edge of a window crosses one: so of
 * each key these instants are looked at, and the span's beginning, and no other.
 */
import type { Entity, Source, Table } from '../../config/project.ts';
import type { Instant } from '../../instant.ts';
import { DAY } from '../../instant.ts';
import type { RowCondition } from '../../segment/condition.ts';
import { type Edge, edgeLabel, hasWindow } from '../../segment/edges.ts';
import { type ReadTable, relationName } from '../../segment/reads.ts';
import { standsAt } from '../../segment/window.ts';
import { crossedAt } from '../crossed-at.ts';
import { and, column, compare, type Expression, known, number, or, value } from '../expression.ts';
import { type EntityKey, keyOf, keyText } from '../key.ts';
import type { Query, Select, SelectColumn, Step } from '../query.ts';
import { rowCondition, type Scope, timeOf } from '../rows.ts';
import { ROW } from '../source-rows.ts';
import { asInstant, compareTime, type TimeColumn } from '../time.ts';
import { shareBucket } from '../verdict.ts';
import type { Span } from './span.ts';

export const KEYS = 'segsync_keys';
export const MOMENTS = 'segsync_moments';
/** Whose hash decides which keys a sample has: no `share` of a project has this name. */
const SAMPLE = 'segsync advise';

export interface MomentsInput {
  readonly entity: Entity;
  readonly key: EntityKey;
  readonly reads: readonly ReadTable[];
  readonly edges: readonly Edge[];
  /** Names of the `share`s that the segment asks for. */
  readonly shares: readonly string[];
  readonly span: Span;
  readonly scope: Scope;
  /** Keys whose hash is below it; undefined: all. */
  readonly below?: string;
}

/** One column, `keys`: how many keys the entity has. */
export function keyCountQuery(entity: Entity, key: EntityKey, scope: Scope): Select {
  return {
    kind: 'select',
    columns: [{ expression: { kind: 'aggregate', fn: 'count' }, as: 'keys' }],
    from: { kind: 'query', query: entityKeys(entity, key, scope) },
    as: 'everyone',
  };
}

/** One column, `below`: the limit such that `most` keys at most have their hash below it; no row where all have. */
export function sampleLimitQuery(entity: Entity, key: EntityKey, scope: Scope, most: number): Select {
  const bucket = shareBucket(SAMPLE);
  const ranked: Select = {
    kind: 'select',
    columns: [
      { expression: bucket, as: 'bucket' },
      { expression: { kind: 'row_number', partitionBy: [], orderBy: [{ by: bucket }] }, as: 'place' },
    ],
    from: { kind: 'query', query: entityKeys(entity, key, scope) },
    as: 'everyone',
  };
  return {
    kind: 'select',
    columns: [{ expression: column('bucket'), as: 'below' }],
    from: { kind: 'query', query: ranked },
    as: 'ranked',
    where: [compare(column('place'), '=', number(String(most + 1)))],
  };
}

/** Columns `k`, `entity_key` (text), and `share_0`...: where the key lies in each `share`. */
export function keysStep({ entity, key, shares, scope, below }: MomentsInput): Step {
  const query: Select = {
    kind: 'select',
    columns: [
      plain('k'),
      plain('entity_key'),
      ...shares.map((name, index) => ({ expression: shareBucket(name), as: shareColumn(index) })),
    ],
    from: { kind: 'query', query: entityKeys(entity, key, scope) },
    as: 'everyone',
    ...(below === undefined ? {} : { where: [compare(shareBucket(SAMPLE), '<', number(below))] }),
  };
  return { name: KEYS, comment: 'the keys that are replayed', query };
}

export function shareColumn(index: number): string {
  return `share_${index}`;
}

/** Columns `moment` (a number, growing by key and instant), `k`, `entity_key`, `at`, and those of the shares. */
export function momentsStep(input: MomentsInput): Step {
  const { span, shares } = input;
  const beginning: Select = {
    kind: 'select',
    comment: ['everyone as the span begins'],
    columns: [
      { expression: column('k'), as: 'k' },
      { expression: instant(span.from), as: 'at' },
    ],
    from: { kind: 'step', name: KEYS },
  };
  const found: Select = {
    kind: 'select',
    columns: [plain('k'), plain('at')],
    from: {
      kind: 'query',
      query: { kind: 'union', of: [beginning, ...arrivals(input), ...crossings(input)] },
    },
    as: 'found',
    groupBy: [column('k'), column('at')],
  };
  const own = (name: string): SelectColumn => ({ expression: column(name, 'own'), as: name });
  const [k, at] = [column('k', 'own'), column('at', 'found')];
  return {
    name: MOMENTS,
    comment: 'each key at the instants at which its verdict can have changed',
    query: {
      kind: 'select',
      columns: [
        {
          expression: { kind: 'row_number', partitionBy: [], orderBy: [{ by: k }, { by: at }] },
          as: 'moment',
        },
        own('k'),
        own('entity_key'),
        { expression: at, as: 'at' },
        ...shares.map((_, index) => own(shareColumn(index))),
      ],
      from: { kind: 'step', name: KEYS },
      as: 'own',
      joins: [
        {
          type: 'join',
          from: { kind: 'query', query: found },
          as: 'found',
          on: compare(k, '=', column('k', 'found')),
        },
      ],
    },
  };
}

function entityKeys(entity: Entity, key: EntityKey, scope: Scope): Select {
  const own = keyOf(entity, ROW, key, scope.catalog);
  return {
    kind: 'select',
    distinct: true,
    columns: [
      { expression: own, as: 'k' },
      { expression: keyText(own, key), as: 'entity_key' },
    ],
    from: { kind: 'relation', relation: entity.relation },
    as: ROW,
    where: [{ kind: 'is_null', of: own, negated: true }],
  };
}

function arrivals(input: MomentsInput): Query[] {
  const { reads, span, scope } = input;
  return reads
    .filter(({ role }) => role === 'source')
    .map(({ table, filters }) => {
      const cursor = cursorOf(table, scope);
      const fixed = filters?.some(hasWindow) ? undefined : filters;
      return scan(input, table, {
        why: `${relationName(table.relation)}: rows that became visible`,
        at: asInstant(cursor),
        where: [
          compareTime(cursor, '>', span.from),
          compareTime(cursor, '<=', span.to),
          ...anyOf(fixed, table, scope),
        ],
      });
    });
}

function crossings(input: MomentsInput): Query[] {
  const { edges, scope } = input;
  return edges.flatMap((edge) =>
    piecesOf(edge, input.span).flatMap(({ from, to }) => {
      const { table, column: name, position, filters } = edge;
      const [low, high] = [from, to].map((t) => standsAt(position, t, scope.timezone));
      // An edge that jumps from unit to unit may stand still all the while.
      if (low === high) return [];
      const time = timeOf(table, name, ROW, scope, table.place);
      const at = crossedAt(time, position, from, { ...scope, t: to });
      return scan(input, table, {
        why: `${edgeLabel(edge)}: rows that it crossed`,
        at,
        where: [
          // An edge that moves steadily was at its first place before the span; one that jumps leaves what is there.
          compareTime(time, position.kind === 'offset' ? '>' : '>=', low!),
          compareTime(time, position.kind === 'offset' ? '<=' : '<', high!),
          ...anyOf(filters, table, scope),
          visible(cursorOf(table, scope), at),
        ],
      });
    }),
  );
}

/** So short that the jumps of each piece can be told apart. */
const PIECE = 30n * DAY;

function piecesOf({ position }: Edge, span: Span): Span[] {
  if (position.kind === 'offset') return [span];
  const pieces: Span[] = [];
  for (let from = span.from; from < span.to; from += PIECE) {
    pieces.push({ from, to: from + PIECE < span.to ? from + PIECE : span.to });
  }
  return pieces;
}

/** Whether a row shows at an instant; one without a cursor always did. */
export function visible(cursor: TimeColumn, at: Expression): Expression {
  return or([{ kind: 'is_null', of: cursor.expression }, compare(asInstant(cursor), '<=', at)]);
}

export function cursorOf(table: Table | Source, scope: Scope): TimeColumn {
  return timeOf(table, table.cursor!.column, ROW, scope, table.place);
}

function scan(
  { key, scope }: MomentsInput,
  table: Table,
  {
    why,
    at,
    where,
  }: { readonly why: string; readonly at: Expression; readonly where: readonly Expression[] },
): Select {
  return {
    kind: 'select',
    comment: [why],
    columns: [
      { expression: keyOf(table, ROW, key, scope.catalog), as: 'k' },
      { expression: at, as: 'at' },
    ],
    from: { kind: 'relation', relation: table.relation },
    as: ROW,
    where: where.flatMap((each) => (each.kind === 'and' ? each.of : [each])),
  };
}

/** Rows that pass one of the filters. */
export function anyOf(
  filters: readonly RowCondition[] | undefined,
  table: Table,
  scope: Scope,
): Expression[] {
  if (!filters || filters.length === 0) return [];
  const any = or(filters.map((filter) => rowCondition(filter, table, ROW, scope)));
  return any.kind === 'constant' && any.value ? [] : [and([known(any)])];
}

function instant(at: Instant): Expression {
  return value({ type: 'instant', instant: at });
}

function plain(name: string): SelectColumn {
  return { expression: column(name), as: name };
}
