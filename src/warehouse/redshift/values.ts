/** Redshift's values -> exact text, and its types' numbers -> types. */
import type { SqlType } from '../dialect.ts';
import type { Column } from '../warehouse.ts';

const BOOLEAN = 16;
const CHARACTER = 1042;
const VARYING = 1043;
const NUMERIC = 1700;

/** For the driver's `types`: text as the server wrote it, booleans spelled out. */
export const exactText = {
  getTypeParser(type: number): (text: string) => string {
    return type === BOOLEAN ? (text) => (text === 't' ? 'true' : 'false') : (text) => text;
  },
};

/** By the number that the protocol has for a type. Sources: PostgreSQL's catalogue, and Redshift's own drivers. */
const TYPES: ReadonlyMap<number, readonly [SqlType, native: string]> = new Map([
  [BOOLEAN, ['boolean', 'boolean']],
  [19, ['text', 'name']],
  [20, ['integer', 'bigint']],
  [21, ['integer', 'smallint']],
  [23, ['integer', 'integer']],
  [25, ['text', 'text']],
  [26, ['integer', 'oid']],
  [700, ['float', 'real']],
  [701, ['float', 'double precision']],
  [705, ['text', 'unknown']],
  [CHARACTER, ['text', 'character']],
  [VARYING, ['text', 'character varying']],
  [1082, ['date', 'date']],
  [1083, ['other', 'time without time zone']],
  [1114, ['timestamp', 'timestamp without time zone']],
  [1184, ['instant', 'timestamp with time zone']],
  [1266, ['other', 'time with time zone']],
  [NUMERIC, ['decimal', 'numeric']],
  [3000, ['other', 'geometry']],
  [3001, ['other', 'geography']],
  [4000, ['other', 'super']],
  [6551, ['other', 'varbyte']],
]);

/** Four bytes of a modifier are its own length. */
const MODIFIER_HEAD = 4;

export function columnOf(field: { name: string; dataTypeID: number; dataTypeModifier: number }): Column {
  const [type, base] = TYPES.get(field.dataTypeID) ?? ['other' as const, `type ${field.dataTypeID}`];
  return { name: field.name, type, native: base + argumentsOf(field.dataTypeID, field.dataTypeModifier) };
}

function argumentsOf(type: number, modifier: number): string {
  if (modifier < MODIFIER_HEAD) return '';
  const own = modifier - MODIFIER_HEAD;
  if (type === CHARACTER || type === VARYING) return `(${own})`;
  return type === NUMERIC ? `(${own >> 16},${own & 0xffff})` : '';
}
