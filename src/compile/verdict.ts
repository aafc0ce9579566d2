/** A segment's condition over the wide row, and the hash of what its syncs send. */
import type { Entity } from '../config/project.ts';
import { measuresOf, traitsOf } from '../segment/reads.ts';
import { resolveTrait, type ValueOf, type Verdict } from '../segment/resolve.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import { CAUSED_AT, type Causes } from './causes.ts';
import {
  and,
  asText,
  call,
  column,
  compare,
  type Expression,
  known,
  not,
  number,
  or,
  text,
} from './expression.ts';
import type { Fact } from './facts.ts';
import { type Aggregate, aggregatesOf, measureSide, measureTest, ZERO_OF_NONE } from './measure.ts';
import { comparePair, type Side } from './pair.ts';
import type { Query, Step } from './query.ts';
import { type Scope, testOf } from './rows.ts';
import { steps } from './steps.ts';
import { traitOperand } from './traits.ts';
import type { Wide } from './wide.ts';

/** What a segment brings to a tick. */
export interface TickSegment {
  readonly name: string;
  readonly verdict: Verdict;
  /** Traits whose values its syncs send or depend on. */
  readonly sent: readonly string[];
  /** Expressions whose values they send. */
  readonly sentSql?: readonly Fact[];
}

/** Buckets of a `share`: 7 hexadecimal digits. */
export const SHARE_BUCKETS = 2n ** 28n;

/** Segments that are decided over the same wide row. */
export interface Deciding {
  readonly segments: readonly TickSegment[];
  readonly wide: Wide;
}

/** Columns: `segment`, `entity_key`, `caused_at` (unless everyone is evaluated), `row_hash`; one row for each segment and key for which it holds. */
export function verdictStep(
  parts: readonly Deciding[],
  entity: Entity,
  scope: Scope,
  causes: Causes | undefined,
): Step {
  return {
    name: steps.verdict,
    comment: 'who each segment holds for',
    query: {
      kind: 'union',
      of: parts.flatMap(({ segments, wide }) =>
        segments.map((segment): Query => {
          const holds = condition(segment.verdict, { entity, wide, scope });
          return {
            kind: 'select',
            comment: [segment.name],
            columns: [
              { expression: text(segment.name), as: 'segment' },
              { expression: column('entity_key'), as: 'entity_key' },
              ...(causes ? [{ expression: column(causes.columnOf(segment.name)), as: CAUSED_AT }] : []),
              { expression: rowHash(segment, { entity, wide, scope }), as: 'row_hash' },
            ],
            from: { kind: 'step', name: wide.step.name },
            where: holds.kind === 'and' ? holds.of : [holds],
          };
        }),
      ),
    },
  };
}

/** The aggregates that a verdict needs. */
export function verdictAggregates(verdict: Verdict): Aggregate[] {
  return measuresOf(verdict).flatMap(aggregatesOf);
}

/** What a condition over a wide row is compiled in. */
export interface Context {
  readonly entity: Entity;
  readonly wide: Wide;
  readonly scope: Scope;
}

/** A verdict as a condition over the wide row. */
export function condition(verdict: Verdict, context: Context, belowNot = false): Expression {
  const leaf = (of: Expression): Expression => (belowNot ? known(of) : of);
  switch (verdict.kind) {
    case 'all':
      return and(verdict.of.map((each) => condition(each, context, belowNot)));
    case 'any':
      return or(verdict.of.map((each) => condition(each, context, belowNot)));
    case 'not':
      return not(condition(verdict.of, context, true));
    case 'trait': {
      const inRow = column(context.wide.traitColumn(verdict.trait.name));
      const operand = traitOperand(context.entity, verdict.trait, inRow, context.scope, verdict.place);
      return leaf(testOf(operand, verdict.test, context.scope.t));
    }
    case 'measure': {
      const test = measureTest(verdict.measure, verdict.test, context.wide.aggregateColumn, context.scope);
      return ZERO_OF_NONE.has(verdict.measure.measure.fn) ? test : leaf(test);
    }
    case 'compare': {
      const [left, right] = [verdict.left, verdict.right].map((value) => sideOf(value, context));
      return leaf(comparePair(left!, verdict.op, right!, verdict.times, verdict.place));
    }
    case 'share':
      return shareTest(verdict.name, verdict.percent);
    case 'sql':
      return leaf(column(context.wide.factColumn(verdict)));
    case 'sequence':
    case 'query':
    case 'stored':
      return column(context.wide.factColumn(verdict));
  }
}

/** One side of a comparison over the wide row. */
export function sideOf(value: ValueOf, { entity, wide, scope }: Context): Side {
  if (value.kind === 'measure') return measureSide(value.measure, wide.aggregateColumn, scope);
  const { trait, place } = value;
  return { operand: traitOperand(entity, trait, column(wide.traitColumn(trait.name)), scope, place) };
}

/**
 * The published hash: the first 7 hexadecimal digits of MD5 over `NAME:key`, as a number below 2^28. It falls below
 * P percent of the range when it is less than P/100 x 2^28.
 */
function shareTest(name: string, percent: string): Expression {
  return compare(shareBucket(name), '<', number(shareLimit(percent).toString()));
}

/** Where a key's hash with NAME lies, of `SHARE_BUCKETS`. */
export function shareBucket(name: string): Expression {
  return call('bucket', call('concat', text(`${name}:`), column('entity_key')));
}

/** `12.5` -> the least bucket that is not below 12.5 % of the range. */
export function shareLimit(percent: string): bigint {
  const [whole, fraction = ''] = percent.split('.');
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * SHARE_BUCKETS;
  const divisor = 100n * scale;
  return (scaled + divisor - 1n) / divisor;
}

/** Changes whenever something that the syncs send does. */
export function rowHash({ sent, sentSql = [] }: TickSegment, { entity, wide, scope }: Context): Expression {
  const { catalog } = scope;
  const columns = new Map<string, SqlType>();
  for (const name of [...new Set(sent)].sort()) {
    const { table = entity, column: own } = resolveTrait(entity, name);
    columns.set(wide.traitColumn(name), catalog.typeOf(table.relation, own, table.place));
  }
  for (const fact of sentSql) {
    const type = fact.kind === 'sql' ? catalog.expressionType(entity.relation, fact.sql) : 'text';
    columns.set(wide.factColumn(fact), type);
  }
  if (columns.size === 0) return text('');
  return call('row_hash', ...[...columns].map(([name, type]) => asText(column(name), type)));
}

/** Every trait that the segments' conditions and syncs ask for. */
export function wantedTraits(segments: readonly TickSegment[]): string[] {
  return [...new Set(segments.flatMap(({ verdict, sent }) => [...traitsOf(verdict), ...sent]))];
}
