/** An entity as it is written into a new `segsync.yaml`: what is known of it, and why. */
import { flow, type Line, written } from './lines.ts';

export interface Said {
  readonly value: string;
  /** Where it comes from, when that is a guess or somebody else's word. */
  readonly why?: string;
}

export interface NewTable {
  readonly table: string;
  readonly key: Said;
  readonly cursor?: Said;
}

export interface NewSource extends NewTable {
  readonly name: string;
  readonly time?: Said;
  readonly appendOnly?: boolean;
  readonly why?: string;
  readonly description?: string;
}

export interface NewIdentifier {
  readonly name: string;
  readonly trait: string;
  readonly kind: string;
}

export interface NewEntity extends NewTable {
  readonly name: string;
  readonly why?: string;
  readonly description?: string;
  readonly identifiers: readonly NewIdentifier[];
  readonly sources: readonly NewSource[];
}

/** Its lines below `entities:`. */
export function entityLines(entity: NewEntity): Line[] {
  return [
    { depth: 1, text: `${flow(entity.name)}:`, why: entity.why },
    ...comment(2, entity.description),
    ...tableLines(2, entity),
    ...identifierLines(entity),
    ...(entity.sources.length > 0 ? [{ depth: 2, text: 'sources:' }] : SOURCES_HINT),
    ...entity.sources.flatMap(sourceLines),
  ];
}

function tableLines(depth: number, { table, key, cursor }: NewTable): Line[] {
  return [
    { depth, text: `table: ${flow(table)}` },
    saidLine(depth, 'key', key),
    ...(cursor ? [saidLine(depth, 'cursor', cursor)] : comment(depth, NO_CURSOR)),
  ];
}

const NO_CURSOR =
  'cursor: updated_at   (a column that grows with every change; without one all rows are read every time)';

function saidLine(depth: number, key: string, { value, why }: Said): Line {
  return { depth, text: `${key}: ${flow(value)}`, why };
}

function identifierLines({ identifiers }: NewEntity): Line[] {
  if (identifiers.length === 0) {
    return [
      ...comment(2, 'What destinations may match on, for example:'),
      ...comment(2, 'identifiers: { email: { trait: email, kind: email } }'),
    ];
  }
  const lines = identifiers.map(({ name, trait, kind }) => ({
    depth: 3,
    text: `${flow(name)}: ${written({ trait, kind })}`,
  }));
  return [{ depth: 2, text: 'identifiers:' }, ...lines];
}

const SOURCES_HINT: readonly Line[] = [
  ...comment(2, 'Tables of rows that belong to it, for `did:` and `has:` in segments:'),
  ...comment(
    2,
    'sources: { orders: { table: shop.orders, key: customer_id, time: ordered_at, cursor: updated_at } }',
  ),
];

function sourceLines(source: NewSource): Line[] {
  return [
    { depth: 3, text: `${flow(source.name)}:`, why: source.why },
    ...comment(4, source.description),
    ...tableLines(4, source),
    ...(source.time ? [saidLine(4, 'time', source.time)] : comment(4, NO_TIME)),
    ...(source.appendOnly ? [{ depth: 4, text: 'append_only: true' }] : []),
  ];
}

const NO_TIME = 'time: occurred_at   (when it happened; windows such as `within: 7d` need it)';

function comment(depth: number, text: string | undefined): Line[] {
  return text ? [{ depth, text: `# ${text.replace(/\s+/g, ' ').trim()}` }] : [];
}
