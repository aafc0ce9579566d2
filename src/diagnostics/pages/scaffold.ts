/** E680 to E691: what is written for people to begin with. */
import type { Pages } from '../page.ts';

type Codes = 'E680' | 'E681' | 'E682' | 'E683' | 'E684' | 'E686' | 'E687' | 'E688' | 'E689' | 'E690' | 'E691';

export const SCAFFOLD_PAGES: Pages<Codes> = {
  E680: {
    title: 'there is no such schema',
    when: '`segsync schema` was asked for a kind of file that there is none of.',
    mend: '`segsync schema` lists them.',
    wrong: { commands: ['segsync schema segmnt'] },
    right: { commands: ['segsync schema segment'] },
  },
  E681: {
    title: 'a file could not be written',
    when: 'A file or folder is in the way, there is no right to write there, or the disk is full. What was begun was taken back.',
    mend: 'Make room, or name another folder.',
    wrong: { commands: ['segsync schema --out shop.sql'] },
    right: { commands: ['segsync schema --out schemas'] },
  },
  E682: {
    title: 'there is no completion for this shell',
    when: '`segsync completion` knows bash, zsh and fish.',
    mend: 'Name one of them.',
    wrong: { commands: ['segsync completion bsh'] },
    right: { commands: ['segsync completion bash'] },
  },
  E683: {
    title: 'there is a project already',
    when: '`segsync init` was told to make a project where a `segsync.yaml` is.',
    mend: 'Make it in another folder.',
    wrong: { commands: ['segsync init --yes'] },
    right: { commands: ['segsync init another --yes'] },
  },
  E684: {
    title: 'files are in the way',
    when: '`segsync init` would write files that are there already. It overwrites nothing, and has written none.',
    mend: 'Move them away, or make the project in another folder.',
    wrong: { files: { 'another/shop.sql': 'SELECT 1;\n' }, commands: ['segsync init another --yes'] },
    right: { commands: ['segsync init another --yes'] },
  },
  E686: {
    title: 'the manifest of dbt cannot be read',
    when: '`--from-dbt` names a file, or the folder of a dbt project, that has no `manifest.json` which could be read.',
    mend: 'Let dbt write it (`dbt parse`), then name the folder of its project.',
    wrong: { commands: ['segsync init another --yes --from-dbt ../transform'] },
    right: {
      situation: 'In the folder of the dbt project, `dbt parse` has written target/manifest.json.',
      commands: ['segsync init another --yes --from-dbt ../transform'],
    },
  },
  E687: {
    title: 'this is no manifest that is read here',
    when: 'The file is of another version of dbt, or of something else. Read are manifests of dbt 1.6 and later.',
    mend: 'Bring dbt up to date, or write the entities by hand.',
    wrong: {
      situation: 'The manifest was written by dbt 1.4.',
      command: 'segsync init another --yes --from-dbt ../transform',
      with: { file: '../transform/target/manifest.json', version: 'it is v8', known: ['v10', 'v11', 'v12'] },
    },
    right: {
      situation: 'A newer dbt has written it anew.',
      commands: ['segsync init another --yes --from-dbt ../transform'],
    },
  },
  E688: {
    title: 'dbt has no such model',
    when: '`--entity NAME=MODEL` names what is no model, seed or source of the dbt project.',
    mend: 'Correct the name.',
    wrong: {
      situation: 'The model is called dim_customers.',
      command: 'segsync init another --yes --from-dbt ../transform --entity customer=dim_custmers',
      with: { entity: 'customer', table: 'dim_custmers', suggestion: 'dim_customers' },
    },
    right: {
      situation: 'The name is right.',
      commands: ['segsync init another --yes --from-dbt ../transform --entity customer=dim_customers'],
    },
  },
  E689: {
    title: 'no model looks like an entity',
    when: 'Segments are sets of customers, users or accounts, and no model of the dbt project is named like any of these.',
    mend: 'Say which model it is.',
    wrong: {
      situation: 'The model of customers is called party.',
      command: 'segsync init another --yes --from-dbt ../transform',
      with: { names: ['party', 'party_address'] },
    },
    right: {
      situation: 'It is told.',
      commands: ['segsync init another --yes --from-dbt ../transform --entity customer=party'],
    },
  },
  E690: {
    title: 'the key is not known',
    when: 'Nothing in the dbt project says which column identifies a row of the entity: no primary key, no tests `unique` and `not_null` on one column.',
    mend: 'Name the column, or tell dbt.',
    wrong: {
      situation: 'The model has no tests.',
      command: 'segsync init another --yes --from-dbt ../transform --entity customer=party',
      with: { table: 'party', columns: ['party_id', 'name'] },
    },
    right: {
      situation: 'The key is told.',
      commands: ['segsync init another --yes --from-dbt ../transform --entity customer=party --key party_id'],
    },
  },
  E691: {
    title: 'an option means nothing alone',
    when: 'The option says more about another one, which was not given.',
    mend: 'Give the other one, or leave this one out.',
    wrong: { commands: ['segsync init another --yes --key customer_id'] },
    right: { commands: ['segsync init another --yes'] },
  },
};
