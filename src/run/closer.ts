/** What a plan shows of a tick beyond its figures: a few of those who enter and leave, and whom others have as well. */
import { steps } from '../compile/steps.ts';
import type { TickGroup, TickOutcome } from '../evaluate/tick.ts';
import type { Workspace } from '../evaluate/workspace.ts';
import { formatInstant } from '../instant.ts';
import type { Overlap, Sample, SegmentResult } from '../report/results.ts';
import { inSlices, textList } from '../state/sql.ts';
import type { Statements } from '../warehouse/warehouse.ts';
import type { RunContext } from './context.ts';
import { masked } from './mask.ts';

/** Of each segment, of those who enter and of those who leave. */
const SAMPLES = 3;

export type Closer = Pick<SegmentResult, 'samples' | 'overlap' | 'slow'>;

export interface CloserInput {
  readonly group: TickGroup;
  readonly outcome: TickOutcome;
  readonly statements: Statements;
  readonly workspace: Workspace;
  /** The table `membership` as it would be after the tick, for FROM. */
  readonly membership: string;
}

/** By segment; empty unless the options ask for any of it. */
export async function lookCloser(
  input: CloserInput,
  context: RunContext,
): Promise<ReadonlyMap<string, Closer>> {
  const { samples, overlap } = context.options;
  const found = new Map<string, Closer>();
  for (const { prepared } of input.group.members) found.set(prepared.name, {});
  if (samples) await addSamples(input, context, found);
  if (overlap && overlap.size > 0) await addOverlap(input, context, overlap, found);
  return found;
}

async function addSamples(
  { outcome, statements, workspace }: CloserInput,
  { tables: { dialect } }: RunContext,
  found: Map<string, Closer>,
): Promise<void> {
  if (![...outcome.counts.values()].some(({ enter, exit }) => enter + exit > 0)) return;
  const numbered = workspace.relation(
    'SELECT segment, op, entity_key, caused_at, row_number() OVER (PARTITION BY segment, op ORDER BY entity_key) AS place' +
      ` FROM ${dialect.quote(steps.changed)} AS changed WHERE op <> 'touch'`,
  );
  const rows = await statements.query(
    `SELECT segment, op, entity_key, ${dialect.functions.micros_of('caused_at')} AS caused_at` +
      ` FROM ${numbered} AS numbered WHERE place <= ${SAMPLES} ORDER BY segment, op, place`,
  );
  for (const { segment, op, entity_key: key, caused_at: cause } of rows) {
    const { samples = [], ...rest } = found.get(segment!)!;
    const sample: Sample = {
      op: op === 'enter' ? 'enter' : 'exit',
      key: masked(key!),
      ...(cause ? { caused_at: formatInstant(BigInt(cause)) } : {}),
    };
    found.set(segment!, { ...rest, samples: [...samples, sample] });
  }
}

async function addOverlap(
  { group, statements, membership }: CloserInput,
  { tables, project }: RunContext,
  named: ReadonlySet<string>,
  found: Map<string, Closer>,
): Promise<void> {
  const { dialect } = tables;
  const own = [...found.keys()];
  const others = [...named].filter((name) => project.segments.get(name)?.entity === group.entity.name);
  if (others.length === 0) return;
  const rows = await statements.query(
    `SELECT own.segment AS segment, other.segment AS other, count(*) AS shared FROM ${membership} AS own` +
      ` JOIN ${membership} AS other ON other.entity_key = own.entity_key` +
      ` WHERE own.segment IN ${textList(dialect, own)}${inSlices(tables, own, 'own')}` +
      ` AND other.segment IN ${textList(dialect, others)}${inSlices(tables, others, 'other')}` +
      ' GROUP BY own.segment, other.segment',
  );
  const shared = new Map(rows.map((row) => [`${row.segment} ${row.other}`, Number(row.shared)]));
  for (const [segment, closer] of found) {
    const overlap: Overlap[] = others
      .filter((other) => other !== segment)
      .map((other) => ({ segment: other, shared: shared.get(`${segment} ${other}`) ?? 0 }));
    found.set(segment, { ...closer, ...(overlap.length > 0 ? { overlap } : {}) });
  }
}
