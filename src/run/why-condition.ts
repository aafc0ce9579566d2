/** A condition's tree, each node with its verdict, its values and the rows behind it. */

import { renderQuery } from '../compile/render.ts';
import {
  type Behind,
  lookQuery,
  type ReadAs,
  type Reading,
  rowsQuery,
  stepsQuery,
  type WhyInput,
} from '../compile/why.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { WhyAsOf, WhyCondition, WhyRow, WhyStep } from '../report/results.ts';
import { chosenOf } from '../segment/chosen.ts';
import type { RowCondition } from '../segment/condition.ts';
import type { RowsOf, StepOf, Verdict } from '../segment/resolve.ts';
import { said, saidStep, type WordOf } from '../segment/said.ts';
import { isOneWord, nodesOf, type WhyNode } from '../segment/why-nodes.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import type { Row, Statements } from '../warehouse/warehouse.ts';
import { plainText, valuesOf, windowsOf } from './why-values.ts';

export interface Looking {
  readonly statements: Statements;
  readonly dialect: Dialect;
  readonly input: WhyInput;
  readonly root: WhyNode;
  readonly word: WordOf;
  /** How many rows of each leaf are shown. */
  readonly rows: number;
  /** Tables behind a leaf that are older than they seem. */
  readonly asOf?: (leaf: Verdict) => readonly WhyAsOf[];
}

export interface Looked {
  readonly condition: WhyCondition;
  readonly holds: boolean;
  /** Rows of the key where one is expected; 0: the entity's table has none. */
  readonly found: number;
  /** As it is stored. */
  readonly key?: string;
}

/** Sequences of more instants than this are not told row by row. */
const MOST_INSTANTS = 5000;

/** Asks once for all verdicts and values, once for all rows, and once for each sequence that holds. */
export async function lookAt(looking: Looking): Promise<Looked> {
  const { statements, dialect, input, root } = looking;
  const nodes = nodesOf(root);
  const look = lookQuery(
    input,
    nodes.map(({ verdict }) => verdict),
  );
  const answers = await statements.query(renderQuery(look.query, dialect));
  const [answer] = answers;
  const behind = answer ? await readBehind(looking, nodes) : new Map<number, Leaf>();
  const told: Told = { looking, answer, readings: look.readings, behind, chosen: new Map() };
  for (const node of nodes) {
    if (answer?.[`n${node.id}`] !== '1' || !node.steps) continue;
    told.chosen.set(node.id, await readChosen(looking, node.steps));
  }
  return {
    condition: tell(root, told),
    holds: answer?.n0 === '1',
    found: answers.length,
    ...(answer?.entity_key ? { key: answer.entity_key } : {}),
  };
}

interface Leaf {
  readonly rows: readonly WhyRow[];
  readonly more: boolean;
}

interface Told {
  readonly looking: Looking;
  readonly answer: Row | undefined;
  readonly readings: readonly (readonly Reading[])[];
  readonly behind: ReadonlyMap<number, Leaf>;
  readonly chosen: Map<number, ReadonlyMap<number, Instant> | undefined>;
}

function tell(node: WhyNode, told: Told): WhyCondition {
  const { looking, answer } = told;
  const of = node.of.map((each) => tell(each, told));
  const holds = answer ? { holds: answer[`n${node.id}`] === '1' } : {};
  // `did_not` is one word, and what it is about is told in its own line.
  if (isOneWord(node)) return { ...of[0]!, kind: 'not', ...holds };
  const { condition } = node;
  const text = said(condition, looking.word);
  const values = answer && valuesIn(node, told, answer);
  const windows = windowsOf(condition, looking.input.scope.t, looking.input.scope.timezone);
  const rows = told.behind.get(node.id);
  return {
    kind: condition.kind,
    text,
    ...holds,
    ...(values && values.length > 0 ? { values } : {}),
    ...(windows.length > 0 ? { windows } : {}),
    ...(condition.kind === 'sequence' ? { steps: stepsOf(node, told) } : {}),
    ...(rows && rows.rows.length > 0 ? { rows: rows.rows } : {}),
    ...(rows?.more ? { more_rows: true } : {}),
    ...asOfLeaf(node, looking),
    ...(of.length > 0 ? { of } : {}),
  };
}

function asOfLeaf({ of, verdict }: WhyNode, { asOf }: Looking): Pick<WhyCondition, 'as_of'> {
  const old = of.length === 0 ? (asOf?.(verdict) ?? []) : [];
  return old.length > 0 ? { as_of: old } : {};
}

function valuesIn(node: WhyNode, { readings }: Told, answer: Row): ReturnType<typeof valuesOf> {
  const texts = (readings[node.id] ?? []).map(({ column, as }) => plainText(answer[column] ?? null, as));
  return valuesOf(node.condition, texts);
}

function stepsOf({ id, condition }: WhyNode, { looking, chosen }: Told): WhyStep[] {
  if (condition.kind !== 'sequence') return [];
  const picked = chosen.get(id);
  return condition.steps.map((step, index) => {
    const at = picked?.get(index);
    return {
      step: saidStep(step, looking.word),
      ...(at === undefined ? {} : { chosen: formatInstant(at) }),
    };
  });
}

async function readChosen(
  { statements, dialect, input }: Looking,
  steps: readonly StepOf[],
): Promise<ReadonlyMap<number, Instant> | undefined> {
  const { query, flags } = stepsQuery(input, { steps }, MOST_INSTANTS);
  const rows = await statements.query(renderQuery(query, dialect));
  const instants = rows.map((row) => ({
    at: BigInt(row.at!),
    steps: new Set(flags.flatMap((flag, index) => (row[flag] === '1' ? [index] : []))),
  }));
  return chosenOf(steps, instants, input.scope.t);
}

async function readBehind(looking: Looking, nodes: readonly WhyNode[]): Promise<Map<number, Leaf>> {
  const { statements, dialect, input, rows: most } = looking;
  const leaves = nodes.flatMap((node) => rowsIn(node).map((rows) => ({ node, behind: behindOf(rows) })));
  const found = new Map<number, Leaf>();
  if (leaves.length === 0 || most === 0) return found;
  const { query, columns } = rowsQuery(
    input,
    leaves.map(({ behind }) => behind),
    most + 1,
  );
  for (const row of await statements.query(renderQuery(query, dialect))) {
    const { node, behind } = leaves[Number(row.leaf)]!;
    const known = found.get(node.id) ?? { rows: [], more: false };
    const isOne = Number(row.rank) <= most;
    const told = isOne ? [whyRow(row, behind, columns[Number(row.leaf)]!)] : [];
    found.set(node.id, { rows: [...known.rows, ...told], more: known.more || !isOne });
  }
  return found;
}

function whyRow(row: Row, { rows, columns }: Behind, as: readonly ReadAs[]): WhyRow {
  return {
    source: rows.split ?? rows.source.name,
    ...(row.at ? { at: formatInstant(BigInt(row.at)) } : {}),
    counted: row.counted === '1',
    columns: Object.fromEntries(
      columns.map((name, i) => [name, plainText(row[`c${i}`] ?? null, as[i]!)] as const),
    ),
  };
}

/** The rows that a leaf is about; those of one step's source once. */
function rowsIn({ verdict, steps, condition }: WhyNode): (RowsOf & { of?: string })[] {
  if (steps) return steps.map(({ rows }) => rows);
  const measures =
    condition.kind === 'rows' && verdict.kind === 'measure'
      ? [verdict.measure]
      : verdict.kind === 'compare'
        ? [verdict.left, verdict.right].flatMap((side) => (side.kind === 'measure' ? [side.measure] : []))
        : [];
  return measures.map((measure) => {
    const { measure: by, ...rows } = measure;
    return by.fn === 'count' ? rows : { ...rows, of: by.of };
  });
}

function behindOf(rows: RowsOf & { of?: string }): Behind {
  const { source, filter, of } = rows;
  const named = [...(filter ? columnsIn(filter) : []), ...(of === undefined ? [] : [of])];
  const columns = [...new Set(named)].filter((name) => name !== source.time && name !== source.split);
  return { rows, columns };
}

function columnsIn(filter: RowCondition): string[] {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return filter.of.flatMap(columnsIn);
    case 'not':
      return columnsIn(filter.of);
    case 'column':
      return [filter.column];
  }
}
