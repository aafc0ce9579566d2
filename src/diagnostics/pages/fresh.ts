/** E154 and on, E221 and on: how fresh tables are expected to be. */
import type { Files, Pages } from '../page.ts';
import { project, where } from './little-shop.ts';

type Codes = 'E154' | 'E155' | 'E157' | 'E221' | 'E222' | 'W154' | 'W155' | 'W221';

const TICKETS = 'key: customer_id, cursor: updated_at }';
const tickets = (rest: string): Files => project(TICKETS, `key: customer_id, ${rest} }`);

/** The rows of the little shop are of the first instant of a year. */
const expected = (rest: string): Files => ({
  ...tickets(`cursor: updated_at, expect_fresh_within: 6h${rest}`),
  'segments/buyers.yaml': `entity: customer\ntier: hourly\nwhere:\n  has: tickets\nsync:\n  - to: files\n`,
});
const RUN = ['segsync run --now 2026-01-01T07:00:00Z'];
const IN_TIME = ['segsync run --now 2026-01-01T05:00:00Z'];

const INTEGER = {
  ...where('has: tickets'),
  'shop.sql': `CREATE SCHEMA shop;
CREATE TABLE shop.customers AS
  SELECT '7' AS customer_id, 'c7@example.com' AS email, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS updated_at;
CREATE TABLE shop.tickets AS
  SELECT '7' AS customer_id, 1 AS ticket_no, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS updated_at;
`,
};

export const FRESH_PAGES: Pages<Codes> = {
  E154: {
    title: 'the age of a table without a cursor cannot be told',
    when: 'A table says `expect_fresh_within`, and has no `cursor:`. How old its newest row is, the cursor tells.',
    mend: 'Declare a cursor that is a time: of loading, or of the last change.',
    wrong: { files: tickets('expect_fresh_within: 6h') },
    right: { files: tickets('cursor: updated_at, expect_fresh_within: 6h') },
  },
  E155: {
    title: '`on_stale` without a word on how old is too old',
    when: 'A table says `on_stale` and has no `expect_fresh_within`, so that nothing would ever come of it. A segment’s own `on_stale` is another thing: it follows what the tables expect.',
    mend: 'Say how old the newest row may be, or take `on_stale` out.',
    wrong: { files: tickets('cursor: updated_at, on_stale: hold') },
    right: { files: tickets('cursor: updated_at, expect_fresh_within: 6h, on_stale: hold') },
  },
  E157: {
    title: 'a cursor that is no time tells no age',
    when: 'A table says `expect_fresh_within`, and its cursor is a number, or text. Only the warehouse knows the type, so `validate --connect` and the run tell it.',
    mend: 'Name a column with a time stamp or a date as the cursor, or take `expect_fresh_within` out.',
    wrong: {
      files: { ...tickets('cursor: ticket_no, expect_fresh_within: 6h'), ...INTEGER },
      commands: ['segsync validate --connect'],
    },
    right: {
      files: { ...tickets('cursor: updated_at, expect_fresh_within: 6h'), ...INTEGER },
      commands: ['segsync validate --connect'],
    },
  },
  E221: {
    title: 'a segment is not evaluated, for a table that it reads is too old',
    when: 'The newest row of a table is older than its `expect_fresh_within`, and the table or the segment says `on_stale: fail`. Nothing of the segment is written or sent; the other segments go on. Every run looks anew.',
    mend: 'See why nothing arrives in the table. `on_stale: hold` evaluates and sends nothing, `warn` goes on.',
    wrong: { files: expected(', on_stale: fail'), commands: RUN },
    right: { files: expected(', on_stale: fail'), commands: IN_TIME },
  },
  E222: {
    title: 'a sync is held, for a table that its segment reads is too old',
    when: 'The newest row of a table is older than its `expect_fresh_within`, and the table or the segment says `on_stale: hold`. The segment is evaluated as always; nothing is sent.',
    mend: 'See why nothing arrives in the table. The hold ends by itself at the segment’s first tick after rows did, and only the net difference is sent. `on_stale: warn` in the segment goes on without them.',
    wrong: { files: expected(', on_stale: hold'), commands: RUN },
    right: { files: expected(', on_stale: hold'), commands: IN_TIME },
  },
  W154: {
    title: '`on_stale` in a segment of which no table is expected to be fresh',
    when: 'A segment says what it does when a table is too old, and none of the tables that it reads says how old is too old.',
    mend: 'Say `expect_fresh_within` on the table that is meant, or take `on_stale` out of the segment.',
    wrong: {
      files: { 'segments/buyers.yaml': 'entity: customer\non_stale: hold\nwhere:\n  did: orders\n' },
    },
    right: {
      files: {
        ...project('cursor: loaded_at', 'cursor: loaded_at, expect_fresh_within: 6h'),
        'segments/buyers.yaml': 'entity: customer\non_stale: hold\nwhere:\n  did: orders\n',
      },
    },
  },
  W155: {
    title: 'a tier promises more than a table that is read',
    when: 'A table’s `expect_fresh_within` is longer than what the tier of a segment promises. Evaluating the segment each hour makes a daily score no fresher.',
    mend: 'Give the segment a slower tier, which costs less; or leave it, if its other conditions are worth it.',
    wrong: {
      files: {
        ...tickets('cursor: updated_at, expect_fresh_within: 26h'),
        'segments/buyers.yaml': 'entity: customer\ntier: hourly\nwhere:\n  has: tickets\n',
      },
    },
    right: {
      files: {
        ...tickets('cursor: updated_at, expect_fresh_within: 26h'),
        'segments/buyers.yaml': 'entity: customer\ntier: daily\nwhere:\n  has: tickets\n',
      },
    },
  },
  W221: {
    title: 'a table is older than it should be, and segments go on',
    when: 'The newest row of a table is older than its `expect_fresh_within`. Segments that read it and say nothing else, or `on_stale: warn`, are evaluated and sent as always; those that hold their syncs are named only where no sync was held.',
    mend: 'See why nothing arrives in the table.',
    wrong: {
      situation: 'Last night’s export failed, and nothing has come since.',
      command: 'segsync run',
      with: { table: 'shop.tickets', age: '20h 03m', expected: '6h', segments: ['buyers'], more: 0 },
    },
    right: { situation: 'Once rows arrive again:', commands: ['segsync run'] },
  },
};
