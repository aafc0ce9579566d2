/** E2xx and W2xx: what a segment says, by itself and against the warehouse's tables. */
import type { Pages } from '../page.ts';
import { project, segment, where } from './little-shop.ts';

type Codes =
  | 'E201'
  | 'E202'
  | 'E203'
  | 'E210'
  | 'E211'
  | 'E212'
  | 'E213'
  | 'E214'
  | 'E215'
  | 'E216'
  | 'E217'
  | 'E218'
  | 'E219'
  | 'E220';

const CONNECT = ['segsync validate --connect'];

/** Customers go by a number. */
const BY_NUMBER = project('    key: customer_id\n', '    key: points\n');

export const SEGMENT_PAGES: Pages<Codes> = {
  E201: {
    title: 'there is no such segment',
    when: 'A condition, or `exclude:` of a destination, names a segment that the project does not have.',
    mend: 'Correct the name. A segment is called like its file unless `name:` says otherwise.',
    wrong: { files: { 'segments/others.yaml': 'entity: customer\nwhere:\n  not: { segment: byers }\n' } },
    right: { files: { 'segments/others.yaml': 'entity: customer\nwhere:\n  not: { segment: buyers }\n' } },
  },
  E202: {
    title: 'segments refer to each other in a circle',
    when: 'A reference pastes the other segment’s condition in. In a circle this would never end.',
    mend: 'Take one of the references out, or write the part that both need as a third segment.',
    wrong: {
      files: {
        'segments/one.yaml': 'entity: customer\nwhere:\n  segment: two\n',
        'segments/two.yaml': 'entity: customer\nwhere:\n  segment: one\n',
      },
    },
    right: {
      files: {
        'segments/one.yaml': 'entity: customer\nwhere:\n  segment: two\n',
        'segments/two.yaml': 'entity: customer\nwhere:\n  did: orders\n',
      },
    },
  },
  E203: {
    title: 'the entity has no such source',
    when: 'A `did`, `has` or `measure` names a source that is not under `sources:` of the entity. Where two sources have `split:`, a value alone does not say which.',
    mend: 'Correct the name, declare the source, or write `source.value`.',
    wrong: { files: where('did: oders') },
    right: { files: where('did: orders') },
  },
  E210: {
    title: 'the warehouse cannot read this',
    when: 'A segment compiles to SQL that this warehouse does not have, such as a file in the place of a table.',
    mend: 'Load the file into a table, or choose a warehouse that reads files.',
    wrong: {
      files: {
        ...project('table: shop.tickets', 'table: tickets.csv'),
        'tickets.csv': 'customer_id,updated_at\n7,2026-01-01\n',
        ...where('has: tickets'),
      },
      commands: ['segsync compile buyers --dialect postgres'],
    },
    right: { commands: ['segsync compile buyers --dialect postgres'] },
  },
  E211: {
    title: 'the table has no such column',
    when: 'A trait, a filter, a measure, a field or an identifier names a column that the table in this target lacks.',
    mend: 'Correct the name. If the column was renamed in the warehouse, rename it here in the same pull request.',
    wrong: { files: where('trait: pointz\ngt: 5'), commands: CONNECT },
    right: { files: where('trait: points\ngt: 5'), commands: CONNECT },
  },
  E212: {
    title: 'a window on what is no time',
    when: 'A window (`within`, `older_than`, `this` and so on) needs a time stamp or a date, and the column is of another type.',
    mend: 'Name a column that holds a time, or convert it in a `query:`.',
    wrong: { files: where('trait: plan\nwithin: 7d'), commands: CONNECT },
    right: { files: where('trait: updated_at\nwithin: 7d'), commands: CONNECT },
  },
  E213: {
    title: 'a value of another type',
    when: 'A column is compared with a value that its type cannot be: text with a number, a number with a word.',
    mend: 'Write the value as the column has it. Digits that are text need quotes.',
    wrong: { files: where('trait: plan\neq: 5'), commands: CONNECT },
    right: { files: where('trait: plan\neq: "5"'), commands: CONNECT },
  },
  E214: {
    title: 'no sum or average of this column',
    when: '`sum` and `avg` take numbers; the column is of another type.',
    mend: 'Name a column of numbers, or use `count`, `distinct`, `min` or `max`.',
    wrong: { files: where('did: orders\nsum: { of: status, gte: 5 }'), commands: CONNECT },
    right: { files: where('did: orders\nsum: { of: total, gte: 5 }'), commands: CONNECT },
  },
  E215: {
    title: 'two keys of different types',
    when: 'The key of a source, or of a 1:1 table, is of another type than the entity’s key. Joined as they are, rows would be lost.',
    mend: 'Name the right column, or convert it in a `query:`.',
    wrong: {
      files: {
        'segsync.yaml': BY_NUMBER['segsync.yaml']!.replace(
          'shop.tickets, key: customer_id',
          'shop.tickets, key: updated_at',
        ),
        ...where('has: tickets'),
      },
      commands: CONNECT,
    },
    right: { files: { ...BY_NUMBER, ...where('has: tickets') }, commands: CONNECT },
  },
  E216: {
    title: 'a table has several rows for one key',
    when: 'A table of an entity, or a 1:1 table, holds more than one row for a key. Which of them counts is not for a program to guess. Segments that read it fail, others go on.',
    mend: 'Make the key unique, or say `duplicates: latest` on the table: the row with the newest cursor counts.',
    wrong: {
      commands: [
        'segsync run',
        `duckdb data.duckdb "INSERT INTO shop.customers SELECT * FROM shop.customers WHERE customer_id = '7'"`,
        'segsync run --all',
      ],
    },
    right: {
      files: project('    key: customer_id\n', '    key: customer_id\n    duplicates: latest\n'),
      commands: ['segsync run'],
    },
  },
  E217: {
    title: 'everyone would be evaluated at every tick of a fast tier',
    when: 'A segment can only be evaluated in full (a table without cursor, a `query:`, an `sql:` whose edges cannot be seen), and its tier ticks more often than hourly.',
    mend: 'Choose `hourly` or slower, mend the cause that the hint names, or accept the cost with `allow_full: true`.',
    wrong: {
      files: segment('entity: customer\ntier: frequent\nquery: SELECT customer_id FROM shop.tickets\n'),
    },
    right: {
      files: segment('entity: customer\ntier: hourly\nquery: SELECT customer_id FROM shop.tickets\n'),
    },
  },
  E218: {
    title: 'two columns of different types',
    when: 'A trait is compared with another trait or measure of a type that cannot be compared so.',
    mend: 'Compare values of one type, or convert one of them in a `query:`.',
    wrong: { files: where('trait: plan\ngt: { trait: points }'), commands: CONNECT },
    right: { files: where('trait: points\ngt: { measure: { did: orders } }'), commands: CONNECT },
  },
  E219: {
    title: 'the warehouse refuses this SQL',
    when: 'An `sql:`, a `query:`, or what a condition compiles to was given to the warehouse to read (not to run), and it refused. Its own words are in the message.',
    mend: 'Mend the SQL. `segsync compile SEGMENT` prints the whole statement.',
    wrong: { files: where('sql: "entity.pointz > 3"'), commands: CONNECT },
    right: { files: where('sql: "entity.points > 3"'), commands: CONNECT },
  },
  E220: {
    title: 'an SQL condition that is not true or false',
    when: 'The expression of `sql:` is a number, a text or a time. A condition has to be boolean.',
    mend: 'Compare it with something.',
    wrong: { files: where('sql: "entity.points + 3"'), commands: CONNECT },
    right: { files: where('sql: "entity.points + 3 > 5"'), commands: CONNECT },
  },
};
