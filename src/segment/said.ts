/** Conditions in the words of the YAML, one line each, without what stands below them. */
import { formatDuration, formatInstant } from '../instant.ts';
import type {
  Comparison,
  Condition,
  Measured,
  RowCondition,
  Scalar,
  SequenceStep,
  Test,
  Value,
  Window,
} from './condition.ts';

/** The word that rows are asked for by, as written: `did`, `has`. */
export type WordOf = (rows: Measured | SequenceStep) => string;

/** One line: `did: product_viewed, within: 30m`. */
export function said(condition: Condition, word: WordOf): string {
  switch (condition.kind) {
    case 'all':
    case 'any':
    case 'not':
      return condition.kind;
    case 'trait':
      return `trait: ${condition.trait}, ${saidTest(condition.test)}`;
    case 'rows':
      return `${saidRows(condition, word)}${saidAsked(condition)}`;
    case 'compare': {
      const times = condition.times === undefined ? '' : `times: ${condition.times}, `;
      return `${saidValue(condition.left, word)}, ${condition.op}: {${times}${saidValue(condition.right, word)}}`;
    }
    case 'sequence':
      return `sequence${condition.window ? `, ${saidWindow(condition.window)}` : ''}`;
    case 'sql':
    case 'query':
      return `${condition.kind}: ${condition.sql.replace(/\s+/g, ' ').trim()}`;
    case 'segment':
      return `segment: ${condition.segment}`;
    case 'share':
      return `share: {of: ${condition.name}, below: ${condition.percent}%}`;
  }
}

/** `did: added_to_cart, within: 5m`, `not: {did: order_completed}, for: 30m`. */
export function saidStep(step: SequenceStep, word: WordOf): string {
  const rows = `${word(step)}: ${step.source}${step.where ? `, where: ${saidWhere(step.where)}` : ''}`;
  if (step.kind === 'did') return step.within ? `${rows}, within: ${formatDuration(step.within)}` : rows;
  return `not: {${rows}}${step.for ? `, for: ${formatDuration(step.for)}` : ''}`;
}

export function saidWindow(window: Window): string {
  switch (window.kind) {
    case 'within':
    case 'older_than':
    case 'next':
      return `${window.kind}: ${formatDuration(window.duration)}`;
    case 'between':
      return `between: {from: ${formatDuration(window.from)}, to: ${formatDuration(window.to)}}`;
    case 'this':
      return `this: ${window.unit}`;
    case 'previous':
      return window.count === 1
        ? `previous: ${window.unit}`
        : `previous: {count: ${window.count}, unit: ${window.unit}}`;
    case 'after':
    case 'before':
      return `${window.kind}: ${formatInstant(window.instant)}`;
  }
}

/** A trait's name, or a measure: `sum of total`, `count`. */
export function valueName(value: Value): string {
  if (value.kind === 'trait') return value.trait;
  const { measured } = value;
  return measureName(measured);
}

export function measureName({ measure }: Pick<Measured, 'measure'>): string {
  return measure.fn === 'count' ? 'count' : `${measure.fn} of ${measure.of}`;
}

function saidRows(rows: Measured, word: WordOf): string {
  const where = rows.where ? `, where: ${saidWhere(rows.where)}` : '';
  const window = rows.window ? `, ${saidWindow(rows.window)}` : '';
  return `${word(rows)}: ${rows.source}${where}${window}`;
}

/** Nothing for what is asked when nothing is said: at least one. */
function saidAsked({ measure, test }: Extract<Condition, { kind: 'rows' }>): string {
  const isUsual =
    measure.fn === 'count' &&
    test.op === 'gte' &&
    test.value.type === 'number' &&
    Number(test.value.text) === 1;
  if (isUsual) return '';
  const of = measure.fn === 'count' ? '' : `of: ${measure.of}, `;
  return `, ${measure.fn}: {${of}${saidTest(test)}}`;
}

function saidValue(value: Value, word: WordOf): string {
  if (value.kind === 'trait') return `trait: ${value.trait}`;
  const { measure } = value.measured;
  const fn = measure.fn === 'count' ? '' : `, ${measure.fn}: ${measure.of}`;
  return `measure: {${saidRows(value.measured, word)}${fn}}`;
}

function saidTest(test: Test): string {
  return test.op === 'window' ? saidWindow(test.window) : saidComparison(test);
}

function saidComparison(test: Comparison): string {
  switch (test.op) {
    case 'in':
    case 'not_in':
      return `${test.op}: [${test.values.map(saidScalar).join(', ')}]`;
    case 'between':
      return `between: [${saidScalar(test.from)}, ${saidScalar(test.to)}]`;
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return `${test.op}: ${saidScalar({ type: 'text', text: test.text })}`;
    case 'is_null':
      return `is_null: ${test.value}`;
    default:
      return `${test.op}: ${saidScalar(test.value)}`;
  }
}

function saidWhere(of: RowCondition): string {
  switch (of.kind) {
    case 'all':
      return of.of.every(({ kind }) => kind === 'column')
        ? `{${of.of.map(saidPart).join(', ')}}`
        : `{all: [${of.of.map(saidWhere).join(', ')}]}`;
    case 'any':
      return `{any: [${of.of.map(saidWhere).join(', ')}]}`;
    case 'not':
      return `{not: ${saidWhere(of.of)}}`;
    case 'column':
      return `{${saidPart(of)}}`;
  }
}

function saidPart(of: RowCondition): string {
  if (of.kind !== 'column') return saidWhere(of);
  const { column, test } = of;
  if (test.op === 'eq') return `${column}: ${saidScalar(test.value)}`;
  if (test.op === 'in') return `${column}: [${test.values.map(saidScalar).join(', ')}]`;
  return `${column}: {${saidTest(test)}}`;
}

/** Quoted where plain text would be read as something else. */
function saidScalar(scalar: Scalar): string {
  if (scalar.type === 'boolean') return String(scalar.value);
  if (scalar.type === 'number') return scalar.text;
  return /^[A-Za-z_][\w .@/-]*$/.test(scalar.text) && !/^(true|false|null|yes|no|on|off)$/i.test(scalar.text)
    ? scalar.text
    : JSON.stringify(scalar.text);
}
