/** The state's tables as a source of dbt, so that people build on who is in which segment. */
import { TABLES_TOLD } from '../state/told.ts';
import { yamlText } from './yaml-text.ts';

/** A `sources.yml` for the tables in `schema`. */
export function dbtSourcesText(schema: string): string {
  const tables = Object.entries(TABLES_TOLD).map(([name, { about, columns }]) => ({
    name,
    description: about,
    columns: Object.entries(columns).map(([column, description]) => ({ name: column, description })),
  }));
  const source = {
    name: 'segsync',
    description:
      'The state of segsync: who is in which segment, and what each destination has. Read it, do not write it.',
    ...(schema === 'segsync' ? {} : { schema }),
    tables,
  };
  return `# Written by \`segsync schema dbt-sources\`. {{ source('segsync', 'membership') }} is who is in which segment.\n${yamlText(
    { version: 2, sources: [source] },
  )}`;
}
