/** What dbt's own tests and constraints tell: which columns are keys, and what they refer to. */
import type { Manifest, ManifestNode } from './manifest.ts';
import type { Reference } from './tables.ts';

export interface TestFacts {
  /** Table -> columns that are tested as unique and as not null. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** Table -> what its columns refer to. */
  readonly references: ReadonlyMap<string, readonly Reference[]>;
}

export function factsOf(manifest: Manifest): TestFacts {
  const tests = Object.values(manifest.nodes).filter((node) => node.resource_type === 'test');
  const columns = (name: string) => columnsTested(manifest, tests, name);
  const notNull = columns('not_null');
  const keys = [...columns('unique')].map(
    ([table, unique]) => [table, unique.filter((column) => notNull.get(table)?.includes(column))] as const,
  );
  return { keys: new Map(keys), references: referencesOf(manifest, tests) };
}

function columnsTested(
  manifest: Manifest,
  tests: readonly ManifestNode[],
  name: string,
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const test of tests) {
    const { test_metadata: metadata } = test;
    const [table, column] = [tableOf(manifest, test), columnOf(test)];
    if (metadata?.name !== name || metadata.namespace !== undefined || !table || !column) continue;
    found.set(table, [...(found.get(table) ?? []), column]);
  }
  return found;
}

function referencesOf(manifest: Manifest, tests: readonly ManifestNode[]): Map<string, Reference[]> {
  const found = new Map<string, Reference[]>();
  const add = (
    table: string | undefined,
    column: string | undefined,
    to: string | undefined,
    why: string,
  ): void => {
    if (table && column && to) found.set(table, [...(found.get(table) ?? []), { column, to, why }]);
  };
  for (const test of tests) {
    if (test.test_metadata?.name !== 'relationships') continue;
    const to = named(manifest, test.test_metadata.kwargs?.to);
    add(tableOf(manifest, test), columnOf(test), to, 'dbt: a relationships test');
  }
  for (const node of Object.values(manifest.nodes)) {
    for (const { name, constraints } of Object.values(node.columns ?? {})) {
      for (const { type, to } of constraints ?? [])
        if (type === 'foreign_key') add(node.unique_id, name, named(manifest, to), 'dbt: a foreign key');
    }
    for (const { type, to, columns } of node.constraints ?? []) {
      const column = columns?.length === 1 ? columns[0] : undefined;
      if (type === 'foreign_key') add(node.unique_id, column, named(manifest, to), 'dbt: a foreign key');
    }
  }
  return found;
}

/** The table that is tested. Tests of sources are attached to nothing: they name theirs in an argument. */
function tableOf(manifest: Manifest, test: ManifestNode): string | undefined {
  if (test.attached_node !== undefined) return test.attached_node;
  const about = named(manifest, test.test_metadata?.kwargs?.model);
  const nodes = test.depends_on?.nodes ?? [];
  return about ?? (nodes.length === 1 ? nodes[0] : undefined);
}

function columnOf({ column_name, test_metadata }: ManifestNode): string | undefined {
  const argument = test_metadata?.kwargs?.column_name;
  return column_name ?? (typeof argument === 'string' ? argument : undefined);
}

const REF = /\bref\(\s*['"]([^'"]+)['"]\s*(?:,\s*['"]([^'"]+)['"]\s*)?/;
const SOURCE = /\bsource\(\s*['"]([^'"]+)['"]\s*,\s*['"]([^'"]+)['"]\s*\)/;

/** The table that `ref('x')` or `source('a', 'b')` in a text is. */
function named(manifest: Manifest, text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const [, group, table] = SOURCE.exec(text) ?? [];
  if (group !== undefined) {
    return Object.values(manifest.sources).find((each) => each.source_name === group && each.name === table)
      ?.unique_id;
  }
  const [, first, second] = REF.exec(text) ?? [];
  const name = second ?? first;
  const isTable = ({ resource_type }: ManifestNode) => ['model', 'seed', 'snapshot'].includes(resource_type);
  return Object.values(manifest.nodes).find((each) => isTable(each) && each.name === name)?.unique_id;
}
