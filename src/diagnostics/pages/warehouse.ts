/** E3xx and W3xx: the warehouse, its tables and its rights. */
import type { Pages } from '../page.ts';
import { project, where } from './little-shop.ts';

type Codes =
  | 'E301'
  | 'E302'
  | 'E303'
  | 'E304'
  | 'E305'
  | 'E306'
  | 'E307'
  | 'E308'
  | 'E309'
  | 'E310'
  | 'E311'
  | 'E312'
  | 'W301'
  | 'W302'
  | 'W303'
  | 'W304'
  | 'W305'
  | 'W306'
  | 'W307';

const CONNECT = ['segsync validate --connect'];
const TARGET = '{ type: duckdb, path: data.duckdb, init: shop.sql }';

export const WAREHOUSE_PAGES: Pages<Codes> = {
  E301: {
    title: 'the table does not exist',
    when: 'A table that the project names is not in this target, or the role may not see it.',
    mend: 'Correct the name, with its schema; or make the table, or grant the right to read it.',
    wrong: {
      files: { ...project('table: shop.tickets', 'table: shop.tikets'), ...where('has: tickets') },
      commands: CONNECT,
    },
    right: { files: where('has: tickets'), commands: CONNECT },
  },
  E302: {
    title: 'this cannot be a name in the warehouse',
    when: 'The name of a table or a column is empty, too long for this warehouse, or holds a control character.',
    mend: 'Correct the name. A longer name in the warehouse itself was cut there: write it as it is listed.',
    wrong: {
      situation: 'A trait has a name of more letters than PostgreSQL takes.',
      command: 'segsync compile buyers --dialect postgres',
      with: { name: `points_of_the_${'very_'.repeat(8)}first_year`, reason: 'it is longer than 63 bytes' },
    },
    right: {
      situation: 'The name as the warehouse lists it, cut to what it takes.',
      commands: ['segsync compile buyers'],
    },
  },
  E303: {
    title: 'a value cannot be written for this warehouse',
    when: 'A value of a condition cannot stand in the warehouse’s SQL: a text with a NUL character or longer than its longest text, a number out of its range.',
    mend: 'Shorten or correct the value.',
    wrong: {
      situation:
        'A condition compares with a text of a hundred thousand letters, and the target is a Redshift.',
      command: 'segsync compile buyers --dialect redshift',
      with: { reason: 'a text is longer than 65535 bytes' },
    },
    right: {
      situation: 'Compare with a shorter text, or by `starts_with`.',
      commands: ['segsync compile buyers'],
    },
  },
  E304: {
    title: 'another process has the DuckDB file open',
    when: 'Only one process at a time can open a DuckDB file. A run, a notebook or the `duckdb` shell has it.',
    mend: 'Close the other process, or wait for it with `--wait`.',
    wrong: {
      situation: 'The `duckdb` shell is open on the file.',
      command: 'segsync run',
      with: { path: 'data.duckdb', holder: 'process 4242' },
    },
    right: { situation: 'Wait for it up to a minute.', commands: ['segsync run --wait 60s'] },
  },
  E305: {
    title: 'the database cannot be opened',
    when: 'The file at `path` is no DuckDB database, was written by a version that this one cannot read, or lies in a folder that may not be written.',
    mend: 'Correct `path`, or move the file away: a target with `init` makes it anew.',
    wrong: {
      files: { 'data.duckdb': 'no database, but long enough to be read as the beginning of one\n' },
      commands: ['segsync plan'],
    },
    right: { commands: ['segsync plan'] },
  },
  E306: {
    title: 'the target’s `init` failed',
    when: 'The database file is missing and is made by the SQL file under `init`; a statement in it failed.',
    mend: 'Mend the statement. Nothing was made: the next command begins anew.',
    wrong: {
      files: { 'shop.sql': 'CREATE SCHEMA shop;\nCREATE TABLE shop.customers AS SELEC 1;\n' },
      commands: ['segsync plan'],
    },
    right: { commands: ['segsync plan'] },
  },
  E307: {
    title: 'the warehouse refused the credentials',
    when: 'User, password, token or role of the target were not accepted.',
    mend: 'Check them, and that the environment variables of this machine are those of this target. `segsync doctor` tries every one.',
    wrong: {
      situation: 'The password in DATABASE_URL is an old one.',
      command: 'segsync run --target prod',
      with: { warehouse: 'PostgreSQL', detail: 'password authentication failed for user "segsync"' },
    },
    right: { situation: 'With the new password:', commands: ['segsync doctor --target prod'] },
  },
  E308: {
    title: 'the warehouse cannot be reached',
    when: 'Nobody answers at the target’s address: the server is down, the port is wrong, or a network lies between.',
    mend: 'Check host and port. Nothing is lost: the next run goes on from where the last one ended.',
    wrong: {
      files: project(TARGET, '{ type: postgres, host: 127.0.0.1, port: 1, database: shop }'),
      commands: ['segsync plan'],
    },
    right: { commands: ['segsync plan'] },
  },
  E309: {
    title: 'the connection to the warehouse failed',
    when: 'The server answered, and the connection still came to nothing: a database that does not exist, a certificate that is not trusted.',
    mend: 'The message holds the warehouse’s own words.',
    wrong: {
      situation: 'The name of the database is misspelt.',
      command: 'segsync plan --target prod',
      with: { warehouse: 'PostgreSQL', detail: 'database "shp" does not exist' },
    },
    right: { situation: 'With the right name:', commands: ['segsync doctor --target prod'] },
  },
  E310: {
    title: 'the PostgreSQL server is too old',
    when: 'segsync uses statements that this version of PostgreSQL does not have.',
    mend: 'Upgrade the server, or use another one for the target.',
    wrong: {
      situation: 'The server is of a version that has been out of care for years.',
      command: 'segsync plan --target prod',
      with: { version: '11', needed: '14' },
    },
    right: { situation: 'After the upgrade:', commands: ['segsync doctor --target prod'] },
  },
  E311: {
    title: 'the DuckDB file is named like a schema in it',
    when: 'DuckDB calls a database by its file’s name. If a schema in it has the same name, `shop.customers` can mean two things.',
    mend: 'Rename the file.',
    wrong: {
      files: project('path: data.duckdb', 'path: shop.duckdb'),
      commands: ['duckdb shop.duckdb "CREATE SCHEMA shop"', 'segsync run'],
    },
    right: { commands: ['segsync run'] },
  },
  E312: {
    title: 'the role may not read a table',
    when: 'The table is there, and the role of this target has no right to read it.',
    mend: 'Let somebody who may run the statements of the hint.',
    wrong: {
      situation: 'The role `segsync` was given the schema, but not this table.',
      command: 'segsync validate --connect --target prod',
      with: { table: 'shop.orders', statements: ['GRANT SELECT ON shop.orders TO segsync'] },
    },
    right: { situation: 'In the warehouse:', commands: ['GRANT SELECT ON shop.orders TO segsync;'] },
  },
  W301: {
    title: 'a run has to do what this role may not',
    when: '`validate --connect` and `doctor` work with a role that may only read. A run writes its state, and needs more.',
    mend: 'If runs use this role, let somebody who may run the statements of the hint. If they use another one, nothing is wrong.',
    wrong: {
      situation: 'The role `segsync` may read the shop and make no schema.',
      command: 'segsync doctor --target prod',
      with: {
        target: 'prod',
        what: 'keep its state',
        statements: ['CREATE SCHEMA segsync AUTHORIZATION segsync'],
      },
    },
    right: { situation: 'In the warehouse:', commands: ['CREATE SCHEMA segsync AUTHORIZATION segsync;'] },
  },
  W307: {
    title: 'a table does not tell of its changes',
    when: 'The target says `wake: notify`, so that `run --watch` hears of new rows at once, and this table has no trigger that tells. It is looked at every so often instead.',
    mend: 'Run the statements of the hint: those about the function and the schema of the state as the role that segsync connects with, the trigger as the owner of the table, who may be another. Dropping the schema of the state takes the triggers along. A view cannot tell: it is looked at.',
    wrong: {
      situation: 'A target with `wake: notify`, and no trigger yet.',
      command: 'segsync doctor --target prod',
      with: {
        target: 'prod',
        table: 'shop.events',
        statements: [
          "CREATE OR REPLACE FUNCTION segsync.segsync_wake() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NOTIFY segsync_wake; RETURN NULL; END'",
          'CREATE TRIGGER segsync_wake AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON shop.events FOR EACH STATEMENT EXECUTE FUNCTION segsync.segsync_wake()',
        ],
      },
    },
    right: {
      situation: 'In the warehouse:',
      commands: [
        "CREATE OR REPLACE FUNCTION segsync.segsync_wake() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NOTIFY segsync_wake; RETURN NULL; END';",
        'CREATE TRIGGER segsync_wake AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON shop.events FOR EACH STATEMENT EXECUTE FUNCTION segsync.segsync_wake();',
      ],
    },
  },
  W302: {
    title: 'an index would help ticks',
    when: 'Ticks look for the rows that changed by a cursor, or that crossed the edge of a window by a time. Without an index on that column each tick reads the whole table.',
    mend: 'Let somebody who may run the statement of the hint, at a quiet hour.',
    wrong: {
      situation: 'A large table has no index on its cursor.',
      command: 'segsync doctor --target prod',
      with: {
        target: 'prod',
        column: 'updated_at',
        statement: 'CREATE INDEX CONCURRENTLY ON shop.customers (updated_at)',
      },
    },
    right: {
      situation: 'In the warehouse:',
      commands: ['CREATE INDEX CONCURRENTLY ON shop.customers (updated_at);'],
    },
  },
  W303: {
    title: 'two clocks differ',
    when: 'The warehouse’s clock and this machine’s are more than a few seconds apart. Windows follow the warehouse’s; signatures of webhooks follow this machine’s.',
    mend: 'Set the clock that is wrong, best by NTP.',
    wrong: {
      situation: 'This machine has been asleep.',
      command: 'segsync doctor',
      with: { target: 'prod', seconds: 95 },
    },
    right: { situation: 'On the machine that is wrong:', commands: ['timedatectl set-ntp true'] },
  },
  W304: {
    title: 'a change feed cannot be read',
    when: 'A table says `change_feed: true`, and the feed is switched off, was cut off, or may not be read. Everyone is evaluated instead: the answer is right, and costs more.',
    mend: 'Let somebody who may run the statements of the hint, or leave `change_feed` out and declare a cursor.',
    wrong: {
      situation: 'The table was made anew, without the feed.',
      command: 'segsync doctor --target prod',
      with: {
        table: 'shop.customers',
        why: 'change tracking is off',
        statements: ['ALTER TABLE shop.customers SET CHANGE_TRACKING = TRUE'],
      },
    },
    right: {
      situation: 'In the warehouse (here a Snowflake):',
      commands: ['ALTER TABLE shop.customers SET CHANGE_TRACKING = TRUE;'],
    },
  },
  W305: {
    title: 'the state does not agree with itself: a count',
    when: '`doctor` counts what the tables of the state hold and sets it beside the counts that are kept with it. Only a change by somebody else makes them differ.',
    mend: 'Compare everyone again, and find out who writes to the schema of the state.',
    wrong: {
      commands: [
        'segsync run',
        'duckdb data.duckdb "UPDATE segsync.segments SET members = 7"',
        'segsync doctor',
      ],
    },
    right: { commands: ['segsync run', 'segsync run --all --full --select buyers', 'segsync doctor'] },
  },
  W306: {
    title: 'the state does not agree with itself: people who are no members',
    when: 'Everything of a sync is delivered, and yet its ledger has people who are not in the segment. `doctor` tells of it. Only a change by somebody else leads there.',
    mend: 'Compare everyone again: the run removes them from the audience.',
    wrong: {
      commands: [
        'segsync run',
        `duckdb data.duckdb "UPDATE segsync.ledger SET entity_key = 'gone' WHERE entity_key = '7'"`,
        'segsync doctor',
      ],
    },
    right: { commands: ['segsync run', 'segsync run --all --full --select buyers', 'segsync doctor'] },
  },
};
