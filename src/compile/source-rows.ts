/** A table's rows as they stand in FROM, each with the key of the entity that it belongs to, also a second hop away. */
import type { Link, Source, Table } from '../config/project.ts';
import { linkOf } from '../segment/reads.ts';
import type { SqlType } from '../warehouse/dialect.ts';
import type { Catalog } from './catalog.ts';
import { asText, column, compare, type Expression } from './expression.ts';
import { type EntityKey, keyOf } from './key.ts';
import type { Join, Select } from './query.ts';
import { steps } from './steps.ts';

/** The alias of the table's own rows. */
export const ROW = 'r';
const LINK = 'l';
const KEY = 'k';
const LINKED = 'linked';

/** Types that compare with each other; `other`: not known. */
const COMPARABLE = new Set<SqlType>(['integer', 'decimal', 'other']);

export interface SourceRows {
  readonly joins: readonly Join[];
  /** The entity's key, in the entity's type. */
  readonly k: Expression;
}

/** Every row once for each entity key that it belongs to; `of: 'affected'`: only those of affected keys. */
export function sourceRows(
  source: Table | Source,
  of: 'all' | 'affected',
  key: EntityKey,
  catalog: Catalog,
): SourceRows {
  const link = linkOf(source);
  if (link) {
    const from = { kind: 'query', query: links(link, of, key, catalog) } as const;
    const on = linkedBy(source, link, column(LINKED, LINK), catalog);
    return { joins: [{ type: 'join', from, as: LINK, on }], k: column(KEY, LINK) };
  }
  const k = keyOf(source, ROW, key, catalog);
  if (of === 'all') return { joins: [], k };
  const affected = { kind: 'step', name: steps.affected } as const;
  return { joins: [{ type: 'join', from: affected, as: 'a', on: compare(column(KEY, 'a'), '=', k) }], k };
}

/** As `sourceRows` of all, but a row may come more than once for a key: good enough where keys are collected. */
export function sourceKeys(table: Table | Source, key: EntityKey, catalog: Catalog): SourceRows {
  const link = linkOf(table);
  if (!link) return { joins: [], k: keyOf(table, undefined, key, catalog) };
  const on = linkedBy(table, link, column(link.sourceKey, LINK), catalog);
  return {
    joins: [{ type: 'join', from: { kind: 'relation', relation: link.relation }, as: LINK, on }],
    k: keyOf(link, LINK, key, catalog),
  };
}

/** Columns `k`, the entity's key, and `linked`, the source's: each pair once. */
function links(link: Link, of: 'all' | 'affected', key: EntityKey, catalog: Catalog): Select {
  const own = keyOf(link, LINK, key, catalog);
  const affected: Join = {
    type: 'join',
    from: { kind: 'step', name: steps.affected },
    as: 'a',
    on: compare(column(KEY, 'a'), '=', own),
  };
  return {
    kind: 'select',
    distinct: true,
    columns: [
      { expression: own, as: KEY },
      { expression: column(link.sourceKey, LINK), as: LINKED },
    ],
    from: { kind: 'relation', relation: link.relation },
    as: LINK,
    joins: of === 'affected' ? [affected] : [],
  };
}

/** The join of a link's column with the source's own key; as text where their types differ. */
function linkedBy(source: Table, link: Link, linked: Expression, catalog: Catalog): Expression {
  const type = catalog.typeOf(source.relation, source.key, source.place);
  const linkType = catalog.typeOf(link.relation, link.sourceKey, link.place);
  const alike = type === linkType || [type, linkType].every((each) => COMPARABLE.has(each));
  const comparable = (of: Expression, own: SqlType): Expression =>
    alike || own === 'text' ? of : asText(of, own);
  return compare(comparable(linked, linkType), '=', comparable(column(source.key, ROW), type));
}
