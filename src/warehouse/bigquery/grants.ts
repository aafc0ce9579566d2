/** What a run needs beyond what its credentials may do, found by statements that do not run. */
import type { MissingGrant, Needs, Statements } from '../warehouse.ts';
import { dialect } from './dialect.ts';
import { failureKind } from './failure.ts';

/** `look` looks at a statement without running it. */
export async function missingGrants(
  statements: Statements,
  look: (sql: string) => Promise<unknown>,
  { relations, schema, tables }: Needs,
  project: string,
): Promise<readonly MissingGrant[]> {
  const [row] = await statements.query('SELECT SESSION_USER() AS who');
  const who = row!.who!.endsWith('.gserviceaccount.com') ? `serviceAccount:${row!.who}` : `user:${row!.who}`;
  const missing: MissingGrant[] = [];
  for (const relation of relations) {
    if (relation.kind !== 'table') continue;
    const name = relation.parts.map(dialect.quote).join('.');
    if (!(await isRefused(look, `SELECT 1 FROM ${name}`))) continue;
    const grant = `GRANT \`roles/bigquery.dataViewer\` ON TABLE ${name} TO "${who}"`;
    missing.push({ what: `read ${name}`, statements: [grant], relation });
  }
  for (const table of tables) {
    const name = `${dialect.quote(schema)}.${dialect.quote(table)}`;
    if (!(await isRefused(look, `DELETE FROM ${name} WHERE FALSE`))) continue;
    const grant = `GRANT \`roles/bigquery.dataEditor\` ON SCHEMA \`${project}\`.${dialect.quote(schema)} TO "${who}"`;
    missing.push({ what: 'keep its state', statements: [grant] });
    break;
  }
  return missing;
}

async function isRefused(look: (sql: string) => Promise<unknown>, sql: string): Promise<boolean> {
  try {
    await look(sql);
    return false;
  } catch (error) {
    return failureKind(error) === 'permission';
  }
}
