/** Everyone for whom a segment holds at an instant, on a session that is open: whatever was known before. */
import type { From } from '../compile/query.ts';
import { steps } from '../compile/steps.ts';
import { compileVerdicts } from '../compile/tick.ts';
import type { Project } from '../config/project.ts';
import { type PreparedSegment, prepareSegment } from '../evaluate/prepared.ts';
import { openWorkspace } from '../evaluate/workspace.ts';
import type { Instant } from '../instant.ts';
import { type Opened, readTables } from './open.ts';

/** Keys as they are stored, in no order. */
export function wholeVerdict(
  opened: Opened,
  project: Project,
  segment: string,
  t: Instant,
): Promise<string[]> {
  return keysOf(opened, project, prepareSegment(project, project.segments.get(segment)!), t);
}

/** Every key that a segment's entity has. */
export function everyone(opened: Opened, project: Project, segment: string, t: Instant): Promise<string[]> {
  const prepared = prepareSegment(project, project.segments.get(segment)!);
  return keysOf(opened, project, { ...prepared, verdict: { kind: 'all', of: [] } }, t);
}

async function keysOf(
  { session, warehouse, tables }: Opened,
  project: Project,
  { name, entity, verdict, ...prepared }: PreparedSegment,
  t: Instant,
): Promise<string[]> {
  const { catalog } = await readTables(session, warehouse.dialect, [{ name, entity, verdict, ...prepared }]);
  const state = (table: 'membership' | 'changes'): From => ({
    kind: 'state',
    sliced: tables.sliced,
    sql: tables.from(table),
  });
  return session.scratch(async (statements) => {
    const workspace = openWorkspace(statements, warehouse.dialect);
    const { wides, verdict: holds } = compileVerdicts({
      entity,
      segments: [{ name, verdict, sent: [] }],
      membership: state('membership'),
      changes: state('changes'),
      capabilities: warehouse.capabilities,
      scope: { catalog, timezone: project.timezone, t },
    });
    for (const step of [...wides, holds]) await workspace.define(step);
    const key = { expression: { kind: 'column', name: 'entity_key' }, as: 'entity_key' } as const;
    const from = { kind: 'step', name: steps.verdict } as const;
    const rows = await workspace.rows({ kind: 'select', columns: [key], from });
    return rows.map((row) => row.entity_key!);
  });
}
