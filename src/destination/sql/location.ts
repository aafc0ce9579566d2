/** Where a table is, without user and password. */
import type { SqlSettings } from './options.ts';

type Place = Pick<SqlSettings, 'url' | 'schema' | 'table'>;

export function tableOf({ schema, table }: Place): string {
  return schema === undefined ? table : `${schema}.${table}`;
}

/** Tells one audience from another; a reference without a value stands where a plan asks for one. */
export function refOf(audience: string, place: Place): string {
  const { host, pathname } = new URL(URL.canParse(place.url) ? place.url : 'unset://unset.invalid');
  return `${host}${pathname}/${place.schema ?? ''}.${place.table}/${audience}`;
}
