/** Relational plan -> SQL text of one dialect. Each clause on its own line; comments carry the reasons. */
import type { Relation } from '../config/project.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { Instant } from '../instant.ts';
import { readSql } from '../segment/sql-text.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Expression, OrderBy } from './expression.ts';
import type { From, Join, Query, Select, SelectColumn, Values } from './query.ts';

const INDENT = '  ';

/**
 * Stands for a line break in a name or in somebody's own SQL while lines are split, indented and joined: these texts
 * must come out as they went in. Nothing that is rendered can hold it: no warehouse has names or texts with NUL.
 */
const OWN_BREAK = '\0';

/** One query as SQL, without a closing semicolon. Throws E210 for what the dialect cannot say. */
export function renderQuery(query: Query, dialect: Dialect): string {
  return released(lines(query, dialect).join('\n'));
}

export function renderExpression(expression: Expression, dialect: Dialect): string {
  return released(expressionText(expression, dialect));
}

function kept(text: string): string {
  return text.replaceAll('\n', OWN_BREAK);
}

function released(text: string): string {
  return text.replaceAll(OWN_BREAK, '\n');
}

function quote(name: string, dialect: Dialect): string {
  return kept(dialect.quote(name));
}

function expressionText(expression: Expression, dialect: Dialect): string {
  const sub = (of: Expression): string => expressionText(of, dialect);
  switch (expression.kind) {
    case 'column': {
      const name = quote(expression.name, dialect);
      return expression.table === undefined ? name : `${quote(expression.table, dialect)}.${name}`;
    }
    case 'star':
      return `${quote(expression.table, dialect)}.*`;
    case 'value':
      return dialect.literal(expression.value);
    case 'constant':
      return expression.value ? 'TRUE' : 'FALSE';
    case 'compare':
      return `${sub(expression.left)} ${expression.op} ${sub(expression.right)}`;
    case 'and':
    case 'or':
      return `(${expression.of.map(sub).join(expression.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `NOT (${sub(expression.of)})`;
    case 'is_null':
      return `${sub(expression.of)} IS ${expression.negated ? 'NOT ' : ''}NULL`;
    case 'distinct_from':
      return dialect.distinctFrom(sub(expression.left), sub(expression.right));
    case 'in':
      return `${sub(expression.of)} ${expression.negated ? 'NOT IN' : 'IN'} (${expression.values.map(sub).join(', ')})`;
    case 'in_query':
      return `${sub(expression.of)} IN (${lines(expression.query, dialect)
        .map((line) => line.trim())
        .join(' ')})`;
    case 'call':
      return dialect.functions[expression.fn](...expression.args.map(sub));
    case 'aggregate':
      return aggregate(expression, sub, dialect);
    case 'cast':
      return `CAST(${sub(expression.of)} AS ${dialect.types[expression.to]})`;
    case 'case': {
      const branches = expression.branches
        .map(([when, then]) => `WHEN ${sub(when)} THEN ${sub(then)}`)
        .join(' ');
      return `CASE ${branches}${expression.otherwise ? ` ELSE ${sub(expression.otherwise)}` : ''} END`;
    }
    case 'times':
      return `(${sub(expression.left)} * ${sub(expression.right)})`;
    case 'first_of':
      return dialect.firstOf(
        sub(expression.of),
        order(expression.orderBy, dialect),
        sub(expression.when),
        expression.type,
        expression.orderBy.map(({ by, descending }) => [sub(by), descending ? 'DESC' : 'ASC']),
      );
    case 'min_before':
      return `MIN(${sub(expression.of)}) OVER (PARTITION BY ${expression.partitionBy.map(sub).join(', ')} ORDER BY ${order(expression.orderBy, dialect)} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
    case 'raw':
      return ownSql(expression, dialect);
    case 'native':
      return kept(expression.sql);
    case 'row_number':
      return `ROW_NUMBER() OVER (${partition(expression.partitionBy.map(sub))}ORDER BY ${order(expression.orderBy, dialect)})`;
  }
}

function partition(by: readonly string[]): string {
  return by.length === 0 ? '' : `PARTITION BY ${by.join(', ')} `;
}

/** A customer's relation as it stands in FROM. */
function relationText(relation: Relation, dialect: Dialect): string {
  switch (relation.kind) {
    case 'table':
      return relation.parts.map((part) => quote(part, dialect)).join('.');
    case 'file':
      return dialect.file
        ? dialect.file(relation.path)
        : fail('E210', { warehouse: dialect.name, what: 'files as tables' });
    case 'query':
      return inLines(relation.sql);
  }
}

function ownSql({ sql, t }: { sql: string; t: Instant }, dialect: Dialect): string {
  return inLines(readSql(sql).at(dialect.literal({ type: 'instant', instant: t })));
}

/** On lines of its own: the text may end with a comment. */
function inLines(sql: string): string {
  return kept(`(\n${sql.trim().replace(/;\s*$/, '')}\n)`);
}

function lines(query: Query, dialect: Dialect): string[] {
  const head = (query.comment ?? []).map(comment);
  if (query.kind === 'union') {
    return [
      ...head,
      ...query.of.flatMap((part, index) => [...(index > 0 ? ['UNION ALL'] : []), ...lines(part, dialect)]),
    ];
  }
  return [...withClause(query, dialect), ...head, ...selectLines(query, dialect)];
}

function withClause(select: Select, dialect: Dialect): string[] {
  if (!select.with || select.with.length === 0) return [];
  const parts = select.with.map(
    ([name, query]) =>
      `${quote(name, dialect)} AS ${dialect.materialized} (\n${indent(lines(query, dialect)).join('\n')}\n)`,
  );
  return `WITH ${parts.join(',\n')}`.split('\n');
}

function selectLines(select: Select, dialect: Dialect): string[] {
  const expressions = (list: readonly Expression[]): string[] =>
    list.map((each) => expressionText(each, dialect));
  return [
    `SELECT${select.distinct ? ' DISTINCT' : ''}`,
    ...columnLines(select.columns, dialect),
    ...(select.from ? [`FROM ${fromAs(select.from, select, dialect)}`] : []),
    ...(select.joins ?? []).map((each) => join(each, dialect)),
    ...conjunction('WHERE', expressions(select.where ?? [])),
    ...(select.groupBy && select.groupBy.length > 0
      ? [`GROUP BY ${expressions(select.groupBy).join(', ')}`]
      : []),
    ...conjunction('HAVING', expressions(select.having ?? [])),
    ...(select.orderBy ? [`ORDER BY ${order(select.orderBy, dialect)}`] : []),
    ...(select.limit === undefined ? [] : [`LIMIT ${select.limit}`]),
  ].flatMap((line) => line.split('\n'));
}

function columnLines(columns: readonly SelectColumn[], dialect: Dialect): string[] {
  return columns.map((each, index) => {
    const comma = index < columns.length - 1 ? ',' : '';
    const { kind } = each.expression;
    const rendered = expressionText(each.expression, dialect);
    const expression = kind === 'value' && dialect.textColumn ? dialect.textColumn(rendered) : rendered;
    const plain = kind === 'star' || (kind === 'column' && each.expression.name === each.as);
    const named = plain ? expression : `${expression} AS ${quote(each.as, dialect)}`;
    return `${INDENT}${named}${comma}${each.comment ? `  ${comment(each.comment)}` : ''}`;
  });
}

function fromAs(of: From | Values, { as, asColumns = [], wereColumns }: Select, dialect: Dialect): string {
  const names = asColumns.map((name) => quote(name, dialect));
  if (of.kind === 'values') {
    const rows = of.texts.map((text) => [kept(dialect.literal({ type: 'text', text }))]);
    return dialect.rowsAs(rows, quote(as!, dialect), names);
  }
  const relation = from(of, dialect);
  if (as === undefined) return relation;
  return names.length > 0
    ? dialect.columnsAs(
        relation,
        quote(as, dialect),
        names,
        wereColumns?.map((name) => quote(name, dialect)),
      )
    : `${relation} AS ${quote(as, dialect)}`;
}

function from(of: From, dialect: Dialect): string {
  switch (of.kind) {
    case 'relation':
      return relationText(of.relation, dialect);
    case 'step':
      return quote(of.name, dialect);
    case 'state':
      return kept(of.sql);
    case 'query':
      return `(\n${indent(lines(of.query, dialect)).join('\n')}\n)`;
    case 'raw':
      return ownSql(of, dialect);
  }
}

function join(of: Join, dialect: Dialect): string {
  const relation = `${from(of.from, dialect)} AS ${quote(of.as, dialect)}`;
  if (of.type === 'lateral') return `CROSS JOIN LATERAL ${relation}`;
  return `${of.type.toUpperCase()} ${relation} ON ${expressionText(of.on!, dialect)}`;
}

function conjunction(keyword: string, parts: readonly string[]): string[] {
  return parts.map((part, index) => (index === 0 ? `${keyword} ${part}` : `${INDENT}AND ${part}`));
}

function aggregate(
  of: Extract<Expression, { kind: 'aggregate' }>,
  sub: (of: Expression) => string,
  dialect: Dialect,
): string {
  const inner = of.of ? sub(of.of) : '1';
  const filtered = of.when ? `CASE WHEN ${sub(of.when)} THEN ${inner} END` : inner;
  switch (of.fn) {
    case 'count':
      return of.of || of.when ? `COUNT(${filtered})` : 'COUNT(*)';
    case 'count_distinct':
      return `COUNT(DISTINCT ${filtered})`;
    case 'bool_or':
      return dialect.anyTrue(filtered);
    default:
      return `${of.fn.toUpperCase()}(${filtered})`;
  }
}

function order(by: readonly OrderBy[], dialect: Dialect): string {
  return by
    .map(
      (each) =>
        `${expressionText(each.by, dialect)}${each.descending ? ' DESC NULLS LAST' : dialect.ascending}`,
    )
    .join(', ');
}

/** Text from YAML may end up in a comment: a line break would end the comment and begin SQL. */
function comment(line: string): string {
  return `-- ${line.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}`;
}

function indent(of: readonly string[]): string[] {
  return of.map((line) => INDENT + line);
}
