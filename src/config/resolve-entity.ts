/** One entity of `segsync.yaml` with its traits, identifiers and sources. */
import { DAY } from '../instant.ts';
import { check } from './check.ts';
import { checkName } from './names.ts';
import { child, type YamlEntry, type YamlNode } from './node.ts';
import type { Entity, Identifier, TraitTable } from './project.ts';
import { resolveSource } from './resolve-source.ts';
import { resolveTable, type TableContext } from './resolve-table.ts';
import { ENTITY_NOT_YET, entitySchema, identifierSchema, traitSchema } from './schema.ts';

/** The entity `name`; undefined after reporting what is wrong with it or any of its parts. */
export function resolveEntity(name: string, entry: YamlEntry, context: TableContext): Entity | undefined {
  const { value: node, keyPlace } = entry;
  const label = `entities.${name}`;
  const isNamed = checkName('entity', name, keyPlace, context.problems);
  const part = check(entitySchema, node, context.problems, { notYet: ENTITY_NOT_YET, label });
  const table = part && resolveTable(part, node, label, keyPlace, context);
  const traits = resolveParts(node, 'traits', label, resolveTrait, context);
  const identifiers = resolveParts(node, 'identifiers', label, resolveIdentifier, context);
  const sources = resolveParts(node, 'sources', label, resolveSource, context);
  if (!isNamed || !table || !traits || !identifiers || !sources) return undefined;
  const { reconcile = DAY } = part;
  return {
    ...table,
    name,
    ...(reconcile === 'never' ? {} : { reconcile }),
    traits,
    identifiers,
    sources,
  };
}

type PartReader<T> = (name: string, entry: YamlEntry, label: string, context: TableContext) => T | undefined;

/** Every part under `key`; undefined when one of them is broken. */
function resolveParts<T>(
  node: YamlNode,
  key: string,
  above: string,
  read: PartReader<T>,
  context: TableContext,
): Map<string, T> | undefined {
  const parts = new Map<string, T>();
  const map = child(node, key);
  if (map?.kind !== 'map') return parts;
  for (const [name, entry] of map.entries) {
    const part = read(name, entry, `${above}.${key}.${name}`, context);
    if (part) parts.set(name, part);
  }
  return parts.size === map.entries.size ? parts : undefined;
}

function resolveTrait(
  name: string,
  { value, keyPlace }: YamlEntry,
  label: string,
  context: TableContext,
): TraitTable | undefined {
  const part = check(traitSchema, value, context.problems, { label });
  const table = part && resolveTable(part, value, label, keyPlace, context);
  return table && { ...table, name, column: part.column };
}

function resolveIdentifier(
  name: string,
  { value, keyPlace }: YamlEntry,
  label: string,
  { problems }: TableContext,
): Identifier | undefined {
  const isNamed = checkName('identifier', name, keyPlace, problems);
  const part = check(identifierSchema, value, problems, { label });
  if (!isNamed || !part) return undefined;
  const { trait, kind, default_country: defaultCountry } = part;
  return { name, trait, kind, ...(defaultCountry ? { defaultCountry } : {}), place: keyPlace };
}
