/** The roster: who the members are now, as a sync sends them: consent, identifiers, fields. */
import type { Entity, Sync } from '../config/project.ts';
import { sentSql, sentTraits } from '../segment/reads.ts';
import { resolveTrait } from '../segment/resolve.ts';
import type { Dialect, SqlType } from '../warehouse/dialect.ts';
import { asText, call, column, compare, type Expression, known, TRUE, text } from './expression.ts';
import { sqlColumn } from './facts.ts';
import { entityKey, keyEquals, keyOf } from './key.ts';
import { renderQuery } from './render.ts';
import { type Scope, testOf } from './rows.ts';
import { traitJoins, traitOperand } from './traits.ts';

export interface RosterIdentifier {
  readonly name: string;
  readonly kind: string;
  readonly defaultCountry?: string;
  /** Column of the roster. */
  readonly column: string;
}

export interface RosterField {
  readonly name: string;
  readonly type: SqlType;
  /** Column of the roster. Instants stand there as microseconds since 1970. */
  readonly column: string;
}

export interface Roster {
  /**
   * A SELECT of `entity_key` text, `consented` boolean, `i_0`... text, `f_0`... text for the entity keys in `keys`, a
   * FROM-able text with a column `entity_key`. Keys that are not in the entity's table have no row.
   */
  sql(keys: string): string;
  readonly identifiers: readonly RosterIdentifier[];
  readonly fields: readonly RosterField[];
}

/** The roster of a sync. Throws E2xx for columns that do not exist or do not fit. */
export function compileRoster(entity: Entity, sync: Sync, scope: Scope, dialect: Dialect): Roster {
  const key = entityKey(entity, scope.catalog);
  const expressions = sentSql(sync);
  const sqlColumns = expressions.map((fact, index) => sqlColumn(fact, `segsync_sql_${index}`, scope));
  const traits = traitJoins(entity, sentTraits(entity)(sync), scope.catalog, sqlColumns);
  const native = column(entity.key, 'entity');
  const identifiers = sync.match.map((name, index): RosterIdentifier => {
    const { kind, defaultCountry } = entity.identifiers.get(name)!;
    return { name, kind, column: `i_${index}`, ...(defaultCountry ? { defaultCountry } : {}) };
  });
  const identifierColumns = identifiers.map(({ name, column: as }) => {
    const { trait } = entity.identifiers.get(name)!;
    return { expression: asText(traits.column(trait), traits.type(trait)), as };
  });
  const fields = [...sync.fields].map(([name, source], index): RosterField & { expression: Expression } => {
    const as = `f_${index}`;
    if ('value' in source) return { name, column: as, ...constant(source.value) };
    if ('sql' in source) {
      const own = sqlColumns[expressions.findIndex(({ place }) => place === source.place)]!.as;
      return {
        name,
        column: as,
        ...sent(column(own, 'entity'), scope.catalog.expressionType(entity.relation, source.sql)),
      };
    }
    return { name, column: as, ...sent(traits.column(source.trait), traits.type(source.trait)) };
  });
  return {
    identifiers,
    fields: fields.map(({ name, type, column: as }) => ({ name, type, column: as })),
    sql: (keys) =>
      renderQuery(
        {
          kind: 'select',
          columns: [
            { expression: column('entity_key', 'wanted'), as: 'entity_key' },
            { expression: consent(entity, sync, scope, traits.column), as: 'consented' },
            ...identifierColumns,
            ...fields.map(({ expression, column: as }) => ({ expression, as })),
          ],
          from: { kind: 'state', sql: keys },
          as: 'wanted',
          joins: [
            {
              type: 'join',
              from: traits.entity,
              as: 'entity',
              on: keyEquals(column('entity_key', 'wanted'), entity, 'entity', key, scope.catalog),
            },
            ...traits.joins((table, as) => compare(keyOf(table, as, key, scope.catalog), '=', native)),
          ],
        },
        dialect,
      ),
  };
}

/** As text; instants as microseconds. */
function sent(of: Expression, type: SqlType): { type: SqlType; expression: Expression } {
  return { type, expression: type === 'instant' ? call('text_of', call('micros_of', of)) : asText(of, type) };
}

function consent(
  entity: Entity,
  sync: Sync,
  scope: Scope,
  columnOf: (trait: string) => Expression,
): Expression {
  if (!sync.consent) return TRUE;
  const { trait, test } = sync.consent;
  const operand = traitOperand(entity, resolveTrait(entity, trait), columnOf(trait), scope, sync.place);
  return known(testOf(operand, test, scope.t));
}

function constant(value: Extract<ReturnType<Sync['fields']['get']>, { value: unknown }>['value']): {
  type: SqlType;
  expression: Expression;
} {
  if (value.type === 'boolean') return { type: 'boolean', expression: text(String(value.value)) };
  return { type: value.type === 'number' ? 'decimal' : 'text', expression: text(value.text) };
}
