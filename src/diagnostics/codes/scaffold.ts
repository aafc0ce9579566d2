/** E680-E698: what is written for people to begin with: schemas, completion, new projects. */
import { didYouMean, error, type Suggestion } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const SCAFFOLD_CODES = {
  E680: error<{ kind: string; known: readonly string[] } & Suggestion>(
    EXIT.usage,
    (p) => `there is no schema \`${p.kind}\``,
    (p) => didYouMean(p) ?? `there are ${p.known.join(', ')}`,
  ),
  E681: error<{ file: string; reason: string }>(
    EXIT.failed,
    (p) => `cannot write ${p.file}: ${p.reason}`,
    () => 'nothing was left half-written',
  ),
  E682: error<{ shell: string; known: readonly string[] } & Suggestion>(
    EXIT.usage,
    (p) => `there is no completion for the shell \`${p.shell}\``,
    (p) => didYouMean(p) ?? `there is one for ${p.known.join(', ')}`,
  ),
  E683: error<{ folder: string }>(
    EXIT.usage,
    (p) => `${p.folder} is a project already: it has a segsync.yaml`,
    () => '`segsync init DIR` makes one in another folder; `segsync validate` checks this one',
  ),
  E684: error<{ files: readonly string[] }>(
    EXIT.usage,
    (p) => `these files are there already, and nothing is overwritten: ${p.files.join(', ')}`,
    () => 'move them away, or make the project in another folder: `segsync init DIR`',
  ),
  E686: error<{ file: string; reason: string }>(
    EXIT.failed,
    (p) => `cannot read ${p.file}: ${p.reason}`,
    () => 'dbt writes target/manifest.json: run `dbt parse` in its project, then name its folder',
  ),
  E687: error<{ file: string; version: string; known: readonly string[] }>(
    EXIT.usage,
    (p) => `${p.file} is no manifest of dbt that is read here: ${p.version}`,
    (p) => `read are versions ${p.known.join(', ')}, of dbt 1.6 and later`,
  ),
  E688: error<{ entity: string; table: string } & Suggestion>(
    EXIT.usage,
    (p) => `\`--entity ${p.entity}=${p.table}\`: dbt has no model, seed or source of this name`,
    didYouMean,
  ),
  E689: error<{ names: readonly string[] }>(
    EXIT.usage,
    (p) => `no model of dbt looks like the people that segments are made of${some(p.names)}`,
    () => 'say which one is it: `--entity customer=MODEL`',
  ),
  E690: error<{ table: string; columns: readonly string[] }>(
    EXIT.usage,
    (p) => `nothing in dbt says what the key of \`${p.table}\` is${some(p.columns)}`,
    () =>
      'name it, as in `--key customer_id`, or tell dbt: a primary key, or the tests `unique` and `not_null`',
  ),
  E691: error<{ option: string; without: string }>(
    EXIT.usage,
    (p) => `\`${p.option}\` means nothing without \`${p.without}\``,
  ),
} as const;

function some(names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, 10).join(', ');
  return `; there are ${shown}${names.length > 10 ? ' and others' : ''}`;
}
