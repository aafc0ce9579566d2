/** E101 to E116, E158: finding, reading and checking the project's files. */
import type { Pages } from '../page.ts';
import { destination, project, segment, sync, where } from './little-shop.ts';

type Codes =
  | 'E101'
  | 'E102'
  | 'E103'
  | 'E104'
  | 'E105'
  | 'E106'
  | 'E107'
  | 'E108'
  | 'E109'
  | 'E110'
  | 'E111'
  | 'E112'
  | 'E113'
  | 'E114'
  | 'E115'
  | 'E116'
  | 'E158';

const ON_A_SERVER = project(
  '{ type: duckdb, path: data.duckdb, init: shop.sql }',
  '{ type: postgres, host: localhost, database: shop }',
);

export const FILE_PAGES: Pages<Codes> = {
  E101: {
    title: 'there is no project here',
    when: 'A command looks for `segsync.yaml` in the working folder and in each folder above it. It found none. With `--project-dir` it looks in that folder alone.',
    mend: 'Go into the project, or name its folder with `--project-dir`.',
    wrong: {
      files: { 'elsewhere/README': 'no project\n' },
      commands: ['segsync validate --project-dir elsewhere'],
    },
    right: { commands: ['segsync validate --project-dir .'] },
  },
  E102: {
    title: 'a file cannot be read',
    when: 'A file of the project is not UTF-8 text, is larger than 1 MB, is a folder, or may not be read by this user.',
    mend: 'Save it as UTF-8 text, or give the user the right to read it. Files that are no YAML belong elsewhere than `segments/` and `destinations/`.',
    wrong: { files: { 'segments/logo.yaml': '\u0000PNG\n' } },
    right: { files: { 'assets/logo.png': '\u0000PNG\n' } },
  },
  E103: {
    title: 'the file is not valid YAML',
    when: 'The YAML itself is broken: a tab that indents, a bracket that is not closed, a key that stands twice, two documents in one file.',
    mend: 'Mend the line that is named. Text that holds one of `{ } [ ] , : #` needs quotes.',
    wrong: { files: segment('entity: customer\nentity: customer\nwhere:\n  did: orders\n') },
    right: { files: segment('entity: customer\nwhere:\n  did: orders\n') },
  },
  E104: {
    title: 'a key is missing',
    when: 'A mapping lacks a key that it cannot do without, such as `where` (or `query`) in a segment or `key` in an entity.',
    mend: 'Add the key.',
    wrong: { files: segment('entity: customer\ntier: daily\n') },
    right: { files: segment('entity: customer\ntier: daily\nwhere:\n  did: orders\n') },
  },
  E105: {
    title: 'a key is not known here',
    when: 'A key is misspelt, or stands in the wrong place. segsync passes over nothing in silence: a key that has no meaning would be a condition that is not looked at.',
    mend: 'Write the key that is suggested, or move it to where it belongs.',
    wrong: { files: segment('entity: customer\nownr: growth\nwhere:\n  did: orders\n') },
    right: { files: segment('entity: customer\nowner: growth\nwhere:\n  did: orders\n') },
  },
  E106: {
    title: 'a value is of the wrong form',
    when: 'A key is known, but its value is not what it takes: text for a number, a list for a mapping, a duration in a unit that does not exist.',
    mend: 'Write the value in the form that is named. Durations are whole numbers with `s`, `m`, `h`, `d` or `w`.',
    wrong: { files: where('did: orders\nwithin: 1 month') },
    right: { files: where('did: orders\nwithin: 30d') },
  },
  E107: {
    title: 'an environment variable is not set',
    when: 'A file refers to `${env:NAME}`, and neither the environment nor `.env` has it. Only what this run uses is asked for: other targets and destinations may be unset.',
    mend: 'Set the variable, write it into a `.env` file beside `segsync.yaml`, or give a default: `${env:NAME:-default}`.',
    wrong: { files: destination('type: file\ndirectory: "${env:OUT_FOLDER}"\n') },
    right: { files: destination('type: file\ndirectory: "${env:OUT_FOLDER:-out}"\n') },
  },
  E108: {
    title: 'a variable is not declared',
    when: 'A file refers to `${var:NAME}`, and `vars:` in `segsync.yaml` (or in the target) does not have it.',
    mend: 'Declare it under `vars:`, or correct its name.',
    wrong: {
      files: {
        ...project('targets:', 'vars: { area: eu }\ntargets:'),
        ...destination('type: file\ndirectory: "out/${var:aria}"\n'),
      },
    },
    right: {
      files: {
        ...project('targets:', 'vars: { area: eu }\ntargets:'),
        ...destination('type: file\ndirectory: "out/${var:area}"\n'),
      },
    },
  },
  E109: {
    title: 'a reference cannot be read',
    when: 'Text holds `${env:...}` or `${var:...}` in a form that has no meaning: no name, or a default for a variable of the project.',
    mend: 'The forms are `${env:NAME}`, `${env:NAME:-default}` and `${var:NAME}`.',
    wrong: { files: destination('type: file\ndirectory: "out/${env:}"\n') },
    right: { files: destination('type: file\ndirectory: "out/${env:USER_FOLDER:-all}"\n') },
  },
  E110: {
    title: 'a name refers to nothing',
    when: 'A file names an entity, a destination, an identifier, a tier, a target or a type that does not exist.',
    mend: 'Correct the name, or declare what it names.',
    wrong: { files: segment('entity: custmer\nwhere:\n  did: orders\n') },
    right: { files: segment('entity: customer\nwhere:\n  did: orders\n') },
  },
  E111: {
    title: 'two things have one name',
    when: 'Two segments, two destinations, or two syncs of a segment have the same name. A segment is called like its file unless `name:` says otherwise.',
    mend: 'Rename one of them. A second sync of a segment to the same destination needs a `name:` and its own `audience:`.',
    wrong: {
      files: { 'segments/lapsed.yaml': 'name: buyers\nentity: customer\nwhere:\n  did_not: orders\n' },
    },
    right: {
      files: { 'segments/lapsed.yaml': 'name: lapsed\nentity: customer\nwhere:\n  did_not: orders\n' },
    },
  },
  E112: {
    title: 'this version does not have the key yet',
    when: 'The key is part of the language, but this version of segsync does not act on it. It is refused rather than passed over.',
    mend: 'Take the key out, or install a version that has it.',
    wrong: { files: segment('entity: customer\non_delete: remove\nwhere:\n  did: orders\n') },
    right: { files: segment('entity: customer\nwhere:\n  did: orders\n') },
  },
  E113: {
    title: 'this cannot be a name',
    when: 'The name of a project, a segment, a destination, a source or a sync holds other characters than lower-case letters, digits, `_` and `-`. Names stand in tables, selectors and files, so they are kept plain.',
    mend: 'Rename it. What people read goes into `description:` or `audience:`.',
    wrong: { files: segment('name: Top Buyers\nentity: customer\nwhere:\n  did: orders\n') },
    right: { files: segment('name: top_buyers\nentity: customer\nwhere:\n  did: orders\n') },
  },
  E114: {
    title: 'this cannot be read as a table’s name',
    when: 'The text after `table:` is neither `table`, nor `schema.table`, nor a path that ends in `.csv` or `.parquet`.',
    mend: 'Put odd names in double quotes inside of the text: `table: \'"Odd Schema"."Table"\'`. A SELECT belongs under `query:`.',
    wrong: { files: project('table: shop.tickets', 'table: shop tickets') },
    right: { files: project('table: shop.tickets', 'table: shop.tickets') },
  },
  E115: {
    title: 'the target cannot read files',
    when: 'A table is given as a `.csv` or `.parquet` file, and the warehouse of this target does not read files.',
    mend: 'Load the file into a table of the warehouse and name that.',
    wrong: {
      files: {
        'segsync.yaml': ON_A_SERVER['segsync.yaml']!.replace('shop.tickets', 'data/tickets.csv'),
      },
    },
    right: { files: ON_A_SERVER },
  },
  E116: {
    title: 'a value does not fit what stands around it',
    when: 'A value is of the right form and still cannot be meant: an empty query, a key that belongs to another `mode:`, two ways to name a server.',
    mend: 'The message says what is wrong: take the key out, or change what it depends on.',
    wrong: { files: sync('to: files\nbackfill: true') },
    right: { files: sync('to: files\nmode: on_enter\nbackfill: true') },
  },
  E158: {
    title: 'slots are moved by no less than the time between two',
    when: 'A tier’s `jitter` is as long as its `every`, or longer. Each slot is moved by one fixed amount below `jitter`; by more than a whole cadence, it would be another slot.',
    mend: 'Make it shorter: minutes are enough to keep a hundred projects from working in the same one.',
    wrong: { files: project('entities:', 'tiers:\n  hourly: { jitter: 1h }\nentities:') },
    right: { files: project('entities:', 'tiers:\n  hourly: { jitter: 10m }\nentities:') },
  },
};
