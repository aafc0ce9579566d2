/** Keys: one column, compared in the entity's type, stored as text. */
import type { Entity, Table } from '../config/project.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { relationName } from '../segment/reads.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Catalog } from './catalog.ts';
import { call, column, type Expression } from './expression.ts';

export interface EntityKey {
  readonly entity: Entity;
  readonly type: SqlType;
}

export function entityKey(entity: Entity, catalog: Catalog): EntityKey {
  return { entity, type: catalog.typeOf(entity.relation, entity.key, entity.place) };
}

/** The key column of a table in the entity's type. Text that is no number, or no
 * UUID, is no key of an entity whose keys are: NULL. Throws E215. */
export function keyOf(table: Table, as: string | undefined, key: EntityKey, catalog: Catalog): Expression {
  const type = catalog.typeOf(table.relation, table.key, table.place);
  const names = { table: relationName(table.relation), column: table.key };
  return keyTyped(column(table.key, as), type, names, key, table.place);
}

/** A value of some type as a key of the entity's type. Throws E215. */
export function keyTyped(
  own: Expression,
  type: SqlType,
  names: { readonly table: string; readonly column: string },
  key: EntityKey,
  place: Place,
): Expression {
  if (type === key.type || type === 'other' || key.type === 'other') return own;
  if (key.type === 'text') return call('text_of', own);
  if (key.type === 'integer' && type === 'text') return call('try_integer', own);
  if (key.type === 'uuid' && type === 'text') return call('try_uuid', own);
  if (isWhole(key.type) && isWhole(type)) return own;
  return fail('E215', { ...names, type, entity: key.entity.name, keyType: key.type }, place);
}

/** The stored text of a key. */
export function keyText(native: Expression, key: EntityKey): Expression {
  return key.type === 'text' ? native : call('text_of', native);
}

/** Whether keys of a type can be made of their stored text again. */
export function isReadable(type: SqlType): boolean {
  return type === 'text' || type === 'integer' || type === 'uuid';
}

/** A stored key's text as a key of the entity's type, where that is readable. */
export function fromKeyText(stored: Expression, { type }: EntityKey): Expression {
  if (type === 'integer') return call('try_integer', stored);
  return type === 'uuid' ? call('try_uuid', stored) : stored;
}

/** The join between stored key text and a table's own key column, such that an index on the column serves. */
export function keyEquals(
  stored: Expression,
  table: Table,
  as: string,
  key: EntityKey,
  catalog: Catalog,
): Expression {
  const own = keyOf(table, as, key, catalog);
  if (key.type === 'integer')
    return { kind: 'compare', op: '=', left: own, right: call('try_integer', stored) };
  if (key.type === 'uuid') {
    return { kind: 'compare', op: '=', left: own, right: call('try_uuid', stored) };
  }
  return { kind: 'compare', op: '=', left: keyText(own, key), right: stored };
}

function isWhole(type: SqlType): boolean {
  return type === 'integer' || type === 'decimal';
}
