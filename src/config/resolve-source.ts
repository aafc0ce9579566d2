/** One source of an entity, and the join table that it may be reached through. */
import { check } from './check.ts';
import { parseRowCondition } from './condition.ts';
import { checkName } from './names.ts';
import { child, type YamlEntry } from './node.ts';
import type { Link, Source } from './project.ts';
import { resolveTable, type TableContext } from './resolve-table.ts';
import { type SourcePart, sourceSchema } from './schema.ts';

/** The source `name`; undefined after reporting what is wrong with it. */
export function resolveSource(
  name: string,
  entry: YamlEntry,
  label: string,
  context: TableContext,
): Source | undefined {
  const { value, keyPlace } = entry;
  const isNamed = checkName('source', name, keyPlace, context.problems);
  const part = check(sourceSchema, value, context.problems, { label });
  const filter = child(value, 'where');
  const where = filter && parseRowCondition(filter, context);
  const table = part && resolveTable(part, value, label, keyPlace, context);
  const through = part && resolveLink(part, entry, label, context);
  if (!isNamed || !table || (filter && !where) || (part.through && !through)) return undefined;
  return {
    ...table,
    name,
    appendOnly: part.append_only ?? false,
    ...(part.split ? { split: part.split } : {}),
    ...(part.time ? { time: part.time } : {}),
    ...(where ? { where } : {}),
    ...(through ? { through } : {}),
  };
}

/** The join table, if there is one; it names what the source's key holds as the source does unless it says otherwise. */
function resolveLink(
  { key, through }: SourcePart,
  { value: node }: YamlEntry,
  above: string,
  context: TableContext,
): Link | undefined {
  const entry = node.kind === 'map' ? node.entries.get('through') : undefined;
  if (!through || !entry) return undefined;
  const table = resolveTable(through, entry.value, `${above}.through`, entry.keyPlace, context);
  return table && { ...table, sourceKey: through.source_key ?? key };
}
