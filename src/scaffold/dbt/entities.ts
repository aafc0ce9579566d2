/** Tables of dbt -> entities with their sources and identifiers, each with where it comes from. */
import type { NewEntity, NewIdentifier, NewSource, Said } from '../entity.ts';
import type { DbtTable } from './tables.ts';

/** An entity's name and the table that it is. */
export interface Choice {
  readonly name: string;
  readonly table: DbtTable;
  /** Why it is taken for one, where nobody said so. */
  readonly why?: string;
}

/** Names of tables of people, the likeliest first, and what one of them is called. */
const PEOPLE: readonly (readonly [string, string])[] = [
  ['customer', 'customer'],
  ['user', 'user'],
  ['account', 'account'],
  ['contact', 'contact'],
  ['member', 'member'],
  ['subscriber', 'subscriber'],
  ['person', 'person'],
  ['people', 'person'],
];

/** What dbt's owners say are entities; else the tables that are called so, the likeliest first. */
export function guessEntities(tables: readonly DbtTable[]): Choice[] {
  const said = tables.flatMap((table) => {
    const name = table.wishes.entity;
    return name === undefined ? [] : [{ name, table, why: `dbt: meta.segsync of ${table.title}` }];
  });
  if (said.length > 0) return said;
  const found = PEOPLE.flatMap(([word, name]) => {
    const called = tables.filter((table) => isCalled(table.name, word));
    const table = called.find(({ key }) => key) ?? called[0];
    return table ? [{ name, table, why: `guessed: ${table.title} is called so` }] : [];
  });
  // One that nobody gave a key to is no entity unless there is no other.
  const keyed = found.filter(({ table }) => table.key);
  return keyed.length > 0 ? keyed : found.slice(0, 1);
}

function isCalled(name: string, word: string): boolean {
  return new RegExp(`^((dim|fct|fact|mart|dwh|d)_)?${word}s?$`, 'i').test(name);
}

/** The entity of a choice; undefined when nothing says what its key is. */
export function entityOf(
  { name, table, why }: Choice,
  key: Said | undefined,
  all: readonly DbtTable[],
): NewEntity | undefined {
  const known = key ?? table.key;
  if (!known) return undefined;
  const written = tableWriter(all);
  return {
    ...{ name, table: written(table), key: known },
    ...(table.cursor ? { cursor: table.cursor } : {}),
    ...(table.description ? { description: table.description } : {}),
    why: why ?? `dbt: ${table.title}`,
    identifiers: identifiersOf(table, known.value),
    sources: sourcesOf(table, known.value, all, written),
  };
}

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^(email|email_address|e_mail)$/i, 'email'],
  [/^(phone|phone_number|mobile|mobile_number|mobile_phone)$/i, 'phone'],
  [/^(first_name|given_name)$/i, 'first_name'],
  [/^(last_name|family_name|surname)$/i, 'last_name'],
  [/^city$/i, 'city'],
  [/^(postal_code|zip|zip_code|postcode)$/i, 'postal_code'],
  [/^(country|country_code)$/i, 'country'],
];

/** By the names of columns; the key is what most tools call an external id. */
function identifiersOf({ columns }: DbtTable, key: string): NewIdentifier[] {
  const named = KINDS.flatMap(([form, kind]) => {
    const trait = columns.find((column) => form.test(column));
    return trait === undefined ? [] : [{ name: kind, trait, kind }];
  });
  return [...named, { name: 'external_id', trait: key, kind: 'external_id' }];
}

/** Tables with a column that refers to the entity, by dbt's word or, unless they are made in passing, by the column's name. */
function sourcesOf(
  entity: DbtTable,
  key: string,
  all: readonly DbtTable[],
  written: (table: DbtTable) => string,
): NewSource[] {
  const found = new Map<string, NewSource>();
  for (const table of all) {
    const link =
      table.id === entity.id || table.wishes.entity !== undefined ? undefined : linkOf(table, entity, key);
    const name = nameOf(table);
    if (!link || found.has(name)) continue;
    found.set(name, {
      ...{ name, table: written(table), key: link },
      ...(table.cursor ? { cursor: table.cursor } : {}),
      ...(table.time ? { time: table.time } : {}),
      ...(table.wishes.append_only ? { appendOnly: true } : {}),
      ...(table.description ? { description: table.description } : {}),
      why: `dbt: ${table.title}`,
    });
  }
  return [...found.values()];
}

function linkOf(table: DbtTable, entity: DbtTable, key: string): Said | undefined {
  const reference = table.references.find(({ to }) => to === entity.id);
  if (reference) return { value: reference.column, why: reference.why };
  // A column `id` is everybody's own.
  const isTelling = key.toLowerCase() !== 'id' && !table.isStaging && table.key?.value !== key;
  const column = isTelling
    ? table.columns.find((each) => each.toLowerCase() === key.toLowerCase())
    : undefined;
  return column === undefined ? undefined : { value: column, why: 'guessed: it has the name of the key' };
}

function nameOf({ name }: DbtTable): string {
  return name
    .toLowerCase()
    .replace(/^(stg|int|base|fct|fact|dim)_+/, '')
    .replace(/[^a-z0-9_-]/g, '_');
}

/** How a table is written: with its database only where dbt knows of several. */
export function tableWriter(all: readonly DbtTable[]): (table: DbtTable) => string {
  const hasSeveral = new Set(all.map(({ database }) => database)).size > 1;
  return ({ database, schema, identifier }) =>
    [...(hasSeveral ? [database] : []), schema, identifier]
      .filter((part) => part !== undefined)
      .map((part) => (/^[^\s".;/]+$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
      .join('.');
}
