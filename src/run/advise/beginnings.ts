/** Tables that do not reach back as far as the span: what they lack looks like something that began. */
import { call, type Expression } from '../../compile/expression.ts';
import { renderQuery } from '../../compile/render.ts';
import { cursorOf } from '../../compile/replay/moments.ts';
import { ROW } from '../../compile/source-rows.ts';
import { asInstant } from '../../compile/time.ts';
import { type Diagnostic, diagnose } from '../../diagnostics/diagnostic.ts';
import { formatInstant } from '../../instant.ts';
import { type ReadTable, relationName } from '../../segment/reads.ts';
import type { Statements } from '../../warehouse/warehouse.ts';
import type { ReplayOf } from './replay.ts';

/** W650 for each source whose first row became visible after the span's beginning. */
export async function lateBeginnings(statements: Statements, of: ReplayOf): Promise<Diagnostic[]> {
  const notes: Diagnostic[] = [];
  for (const read of of.prepared.reads.filter(({ role }) => role === 'source')) {
    const [row] = await statements.query(firstShownSql(read, of));
    const first = row?.first_shown == null ? undefined : BigInt(row.first_shown);
    if (first === undefined || first <= of.span.from) continue;
    const table = relationName(read.table.relation);
    notes.push(diagnose('W650', { table, first: formatInstant(first) }));
  }
  return notes;
}

function firstShownSql({ table }: ReadTable, { catalog, project, span, warehouse }: ReplayOf): string {
  const cursor = cursorOf(table, { catalog, timezone: project.timezone, t: span.to });
  const least: Expression = { kind: 'aggregate', fn: 'min', of: cursor.expression };
  return renderQuery(
    {
      kind: 'select',
      columns: [
        { expression: call('micros_of', asInstant({ ...cursor, expression: least })), as: 'first_shown' },
      ],
      from: { kind: 'relation', relation: table.relation },
      as: ROW,
    },
    warehouse.dialect,
  );
}
