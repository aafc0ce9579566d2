/** A segment's verdict at every moment of a span, in one pass: the moments stand in the place of the entity's keys. */
import type { Entity, Relation } from '../../config/project.ts';
import type { Measure } from '../../segment/condition.ts';
import { measuresOf, traitsOf } from '../../segment/reads.ts';
import type { MeasureOf, RowsOf, StepOf, ValueOf, Verdict } from '../../segment/resolve.ts';
import type { Capabilities } from '../../warehouse/warehouse.ts';
import type { Catalog } from '../catalog.ts';
import { call, column, type Expression, known, number } from '../expression.ts';
import { factsOf } from '../facts.ts';
import { entityKey } from '../key.ts';
import { aggregatesOf } from '../measure.ts';
import type { Query, Step } from '../query.ts';
import { renderQuery } from '../render.ts';
import type { Scope } from '../rows.ts';
import { condition, shareLimit } from '../verdict.ts';
import { wideStep } from '../wide.ts';
import { type Asked, type PastInput, pastRows, type Types } from './moment-rows.ts';
import { MOMENTS, shareColumn } from './moments.ts';

export interface ReplayInput extends PastInput {
  readonly entity: Entity;
  readonly verdict: Verdict;
  readonly shares: readonly string[];
  readonly capabilities: Capabilities;
}

/** Names of the `share`s that a verdict asks for, each once. */
export function sharesOf(verdict: Verdict): string[] {
  switch (verdict.kind) {
    case 'all':
    case 'any':
      return [...new Set(verdict.of.flatMap(sharesOf))];
    case 'not':
      return sharesOf(verdict.of);
    case 'share':
      return [verdict.name];
    default:
      return [];
  }
}

/**
 * What is evaluated, then what is read of it: columns `moment`, `entity_key`, `at` (microseconds) and `holds` (1 or 0),
 * a row each moment. It reads the moments.
 */
export function replaySteps(input: ReplayInput): { wide: Step; verdicts: Query } {
  const relations = new Map<string, Types>();
  const verdict = new Past(input, relations).of(input.verdict);
  const entity = momentEntity(input, relations);
  const scope: Scope = { ...input.scope, catalog: withMade(input.scope.catalog, relations), t: 0n };
  const wide = wideStep({
    entity,
    key: entityKey(entity, scope.catalog),
    traits: [...new Set(['entity_key', 'at', ...traitsOf(verdict)])],
    aggregates: measuresOf(verdict).flatMap(aggregatesOf),
    facts: factsOf(verdict),
    full: true,
    causes: [],
    membership: { kind: 'step', name: MOMENTS },
    capabilities: input.capabilities,
    scope,
    part: 1,
  });
  const holds = known(condition(verdict, { entity, wide, scope }));
  return {
    wide: wide.step,
    verdicts: {
      kind: 'select',
      columns: [
        { expression: column('k'), as: 'moment' },
        { expression: column(wide.traitColumn('entity_key')), as: 'key_text' },
        { expression: call('micros_of', column(wide.traitColumn('at'))), as: 'at_micros' },
        { expression: flag(holds), as: 'holds' },
      ],
      from: { kind: 'step', name: wide.step.name },
    },
  };
}

/** The verdict with its rows those of the past, and its shares columns of the moments. */
class Past {
  readonly #input: ReplayInput;
  readonly #relations: Map<string, Types>;

  constructor(input: ReplayInput, relations: Map<string, Types>) {
    this.#input = input;
    this.#relations = relations;
  }

  of(verdict: Verdict): Verdict {
    switch (verdict.kind) {
      case 'all':
      case 'any':
        return { ...verdict, of: verdict.of.map((each) => this.of(each)) };
      case 'not':
        return { ...verdict, of: this.of(verdict.of) };
      case 'measure':
        return { ...verdict, measure: this.#measure(verdict.measure) };
      case 'compare':
        return { ...verdict, left: this.#side(verdict.left), right: this.#side(verdict.right) };
      case 'sequence':
        return { ...verdict, sequence: { steps: verdict.sequence.steps.map((step) => this.#step(step)) } };
      case 'share':
        return this.#share(verdict.name, verdict.percent);
      default:
        return verdict;
    }
  }

  #share(name: string, percent: string): Verdict {
    const { shares, entity } = this.#input;
    const own = shareColumn(shares.indexOf(name));
    const value = { type: 'number', text: shareLimit(percent).toString() } as const;
    const { place } = entity;
    return { kind: 'trait', trait: { name: own, column: own }, test: { op: 'lt', value, place }, place };
  }

  #side(side: ValueOf): ValueOf {
    return side.kind === 'trait' ? side : { ...side, measure: this.#measure(side.measure) };
  }

  #measure(measure: MeasureOf): MeasureOf {
    return this.#rows(measure, { columns: columnsOf(measure.measure), time: 'absolute' });
  }

  #step(step: StepOf): StepOf {
    return { ...step, rows: this.#rows(step.rows, { columns: [], time: 'since moment' }) };
  }

  #rows<T extends RowsOf>(rows: T, asked: Asked): T {
    const { rows: past, types } = pastRows(rows, asked, this.#input);
    this.#relations.set(idOf(past.source.relation), types);
    return past;
  }
}

function columnsOf(measure: Measure): string[] {
  return measure.fn === 'count' ? [] : [measure.of];
}

/** The moments, as the table of an entity whose key they are. */
function momentEntity({ entity, shares, dialect }: ReplayInput, relations: Map<string, Types>): Entity {
  const own = shares.map((_, index) => shareColumn(index));
  const types: Types = new Map([
    ['moment', 'integer'],
    ['entity_key', 'text'],
    ['at', 'instant'],
    ...own.map((name) => [name, 'integer'] as const),
  ]);
  const columns = [...types.keys()].map((name) => ({ expression: column(name), as: name }));
  const sql = renderQuery({ kind: 'select', columns, from: { kind: 'step', name: MOMENTS } }, dialect);
  const relation: Relation = { kind: 'query', sql };
  relations.set(idOf(relation), types);
  const none = { traits: new Map(), identifiers: new Map(), sources: new Map() };
  return { name: entity.name, place: entity.place, relation, key: 'moment', ...none };
}

/** A catalog that also knows relations that were made here. */
function withMade(catalog: Catalog, relations: ReadonlyMap<string, Types>): Catalog {
  return {
    ...catalog,
    typeOf: (relation, name, place) =>
      relations.get(idOf(relation))?.get(name) ?? catalog.typeOf(relation, name, place),
  };
}

function idOf(relation: Relation): string {
  return JSON.stringify(relation);
}

function flag(of: Expression): Expression {
  return { kind: 'case', branches: [[of, number('1')]], otherwise: number('0') };
}
