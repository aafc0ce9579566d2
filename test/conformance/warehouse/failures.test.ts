/** Failures: classified, in one line, and without a value of any row. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageOf } from '../../../src/warehouse/postgres/failure.ts';
import { WarehouseError } from '../../../src/warehouse/warehouse.ts';
import { engines, type Opened } from '../../engines.ts';

const SECRET = 'bob@example.com';

/** Name, statement, kind of failure. The table `people` has one row, with the secret in `email`. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['a wrong statement', 'SELEC 1', 'statement'],
  ['a missing table', 'SELECT * FROM nowhere', 'missing'],
  ['a missing schema', 'SELECT * FROM nowhere.at_all', 'missing'],
  ['a missing column', 'SELECT nothing FROM people', 'statement'],
  ['a missing function', 'SELECT no_such_function(1)', 'statement'],
  ['a text that is no number', 'SELECT CAST(email AS integer) FROM people', 'statement'],
  ['a text that is no instant', 'SELECT CAST(email AS timestamptz) FROM people', 'statement'],
  ['a text that is no JSON', 'SELECT CAST(email AS json) FROM people', 'statement'],
  ['a text that is no boolean', 'SELECT CAST(email AS boolean) FROM people', 'statement'],
  ['a number that is too large', 'SELECT CAST(number AS smallint) FROM people', 'statement'],
  ['an overflow', 'SELECT number * number * number FROM people', 'statement'],
  ['a key that exists', `INSERT INTO people VALUES ('${SECRET}', 1, 'x')`, 'conflict'],
  ['a value that a check forbids', `UPDATE people SET number = -1`, 'statement'],
  ['a NULL that is forbidden', 'UPDATE people SET note = NULL', 'statement'],
  ['a text of several lines', 'SELECT CAST(note AS integer) FROM people', 'statement'],
];

for (const engine of engines) {
  describe(engine.name, () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await engine.open();
      await opened.session.execute(
        'CREATE TABLE people (email text PRIMARY KEY, number bigint CHECK (number >= 0), note text NOT NULL)',
      );
      await opened.session.writeRows(
        'people',
        ['email', 'number', 'note'],
        [[SECRET, '4611686018427387904', `it's\n"${SECRET}"\n'x'`]],
      );
    });
    afterAll(() => opened.drop());

    test.each(CASES)('%s', async (_, sql, failure) => {
      const error = await opened.session.execute(sql).then(
        () => undefined,
        (thrown) => thrown,
      );
      expect(error).toBeInstanceOf(WarehouseError);
      expect(error.failure).toBe(failure);
      expect(error.message).not.toMatch(/bob|example|4611686018427387904|\n/);
      expect(error.message).not.toBe('');
      // A cause would bring the values back when it is printed.
      expect(error.cause).toBeUndefined();
    });

    test('a key that exists, found only at the commit', async () => {
      const error = await opened.session
        .transaction((transaction) =>
          transaction.execute(`INSERT INTO people SELECT '${SECRET}', 1, 'x' FROM generate_series(1, 1)`),
        )
        .catch((thrown) => thrown);
      expect(error).toBeInstanceOf(WarehouseError);
      expect(error.message).not.toMatch(/bob|example/);
    });

    test('after a failure the session works on', async () => {
      expect(await opened.session.query('SELECT count(*) AS n FROM people')).toEqual([{ n: '1' }]);
    });
  });
}

describe('what a function of the database says of its own accord is not repeated', () => {
  test.each([
    ['postgres', "DO $$ BEGIN RAISE EXCEPTION 'customer % is odd', 'bob@example.com'; END $$"],
    ['postgres', "DO $$ BEGIN RAISE 'customer bob is odd' USING ERRCODE = '42704'; END $$"],
    ['postgres', "DO $$ BEGIN ASSERT FALSE, 'customer bob is odd'; END $$"],
    ['duckdb', "SELECT error('customer bob@example.com is odd')"],
  ])('%s: %s', async (name, sql) => {
    const opened = await engines.find((engine) => engine.name === name)!.open();
    try {
      const error = await opened.session.execute(sql).catch((thrown) => thrown);
      expect(error).toMatchObject({ name: 'WarehouseError', failure: 'statement' });
      expect(error.message).not.toMatch(/bob|example/);
    } finally {
      await opened.drop();
    }
  });
});

test.each(['»bob@example.com«', '„bob@example.com“', '« bob »', '「bob」'])(
  'PostgreSQL in another language quotes otherwise: %s',
  (quoted) => {
    const error = Object.assign(new Error(`ungültige Eingabesyntax für Typ integer: ${quoted}`), {
      code: '22P02',
    });
    expect(messageOf(error)).toBe('ungültige Eingabesyntax für Typ integer: …');
  },
);
