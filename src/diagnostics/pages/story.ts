/** E64x: unit tests beside segments. */
import type { Files, Pages } from '../page.ts';

type Codes = 'E640' | 'E641' | 'E642' | 'E643' | 'E644' | 'E645' | 'E646' | 'E647' | 'E648' | 'W640' | 'W641';

/** A test of the segment `buyers`, with one line of it as given. */
function test(line: string, segment = 'buyers'): Files {
  return {
    'segments/buyers_test.yaml': `segment: ${segment}
tests:
  - name: who ordered is a buyer
    at: 2026-11-22T10:00:00Z
    given:
      customer: [{ customer_id: a }, { customer_id: b }]
      orders: [{ customer_id: a, ordered_at: 2026-11-21 }]
    ${line}
`,
  };
}

const TEST = ['segsync test'];
const RIGHT = { files: test('expect: { members: [a] }'), commands: TEST };

export const STORY_PAGES: Pages<Codes> = {
  E640: {
    title: 'this cannot stand in a test',
    when: 'A key of a test is misspelt, or `given:` names a table that the project does not have. Tables go by the names of the project: the entity, its sources, its traits.',
    mend: 'Correct the name.',
    wrong: { files: test('expects: { members: [a] }'), commands: TEST },
    right: RIGHT,
  },
  E641: {
    title: 'a part of a test has another form',
    when: 'A list stands where a mapping belongs, an instant cannot be read, or something that a test needs is missing.',
    mend: 'Write it as the message says; docs/testing.md shows whole tests.',
    wrong: { files: test('expect: { members: a }'), commands: TEST },
    right: RIGHT,
  },
  E642: {
    title: 'there is no such segment to test',
    when: '`segment:` of a test file names no segment of the project.',
    mend: 'Correct the name.',
    wrong: { files: test('expect: { members: [a] }', 'byers'), commands: TEST },
    right: RIGHT,
  },
  E643: {
    title: 'a test failed',
    when: 'The members that a test expects are not those that the segment has on its rows. In a pull request it is told as an annotation at the line that expects them.',
    mend: 'Either the segment is wrong, or what the test expects of it.',
    wrong: {
      situation: 'The segment was edited; in a pull request on GitHub:',
      command: 'segsync test',
      with: { segment: 'buyers', name: 'who ordered is a buyer', detail: 'members: missing a' },
    },
    right: RIGHT,
  },
  E644: {
    title: 'a test gives a column that nothing reads',
    when: 'A row of a test names a column that no condition, key, cursor, trait, identifier or sync of the project reads: mostly a misspelt name, and the row would say nothing.',
    mend: 'Correct the name. Where the column is meant, say its type in `types:` of the test.',
    wrong: {
      files: {
        'segments/buyers_test.yaml': `segment: buyers
tests:
  - name: who ordered is a buyer
    at: 2026-11-22T10:00:00Z
    given:
      customer: [{ customer_id: a }]
      orders: [{ custmer_id: a }]
    expect: { members: [a] }
`,
      },
      commands: TEST,
    },
    right: RIGHT,
  },
  E645: {
    title: 'a file of results cannot be written',
    when: 'The file that `--junit` or `--out` names cannot be written there.',
    mend: 'Name a file in a folder that may be written to.',
    wrong: {
      files: test('expect: { members: [a] }'),
      commands: ['segsync test --junit segsync.yaml/results.xml'],
    },
    right: { files: test('expect: { members: [a] }'), commands: ['segsync test --junit results.xml'] },
  },
  E646: {
    title: 'of this key no test can be recorded',
    when: 'The entity has no such key, the segment reads one table by two keys, or it holds SQL, of which it cannot be told what it reads.',
    mend: 'Choose another key, or write the test by hand.',
    wrong: { files: {}, commands: ['segsync test --record buyers 999'] },
    right: { files: {}, commands: ['segsync test --record buyers 7 --out segments/buyers_test.yaml'] },
  },
  E647: {
    title: 'a recorded test does not pass',
    when: 'A recorded test is played before it is written. With made-up values instead of the person’s own, on the embedded database, the segment did not say of this person what it says in the warehouse.',
    mend: 'Choose another key, or write the test by hand.',
    wrong: {
      situation: 'The segment compares an e-mail address in a way that no made-up one fulfils.',
      command: 'segsync test --record buyers 7',
      with: { segment: 'buyers', detail: 'members: missing person_1' },
    },
    right: { files: {}, commands: ['segsync test --record buyers 7'] },
  },
  E648: {
    title: 'the file of a recorded test is there already',
    when: '`--out` names a file that exists.',
    mend: 'Name another one. To add the test to the file, leave `--out` away and copy what is printed.',
    wrong: {
      files: test('expect: { members: [a] }'),
      commands: ['segsync test --record buyers 7 --out segments/buyers_test.yaml'],
    },
    right: {
      files: test('expect: { members: [a] }'),
      commands: ['segsync test --record buyers 7 --out segments/buyers_recorded_test.yaml'],
    },
  },
  W640: {
    title: 'a test of SQL that is written for another warehouse',
    when: 'Tests run on an embedded database. A segment with `sql:` or `query:` holds SQL in the words of its own warehouse, which may not be understood there, or mean something else.',
    mend: 'Say it with conditions where that is possible; they mean the same everywhere.',
    wrong: {
      situation: 'The target is a PostgreSQL, the segment holds `sql:`.',
      command: 'segsync test --target prod',
      with: { segment: 'buyers', warehouse: 'PostgreSQL' },
    },
    right: RIGHT,
  },
  W641: {
    title: 'a recorded test holds only the newest rows',
    when: 'A source has many rows of this key. A test with all of them would be nothing to read, so the newest are kept; that it passes with these was tried.',
    mend: 'Nothing needs to be done. A key with fewer rows makes a test that is easier to read.',
    wrong: {
      files: {
        'shop.sql': `CREATE SCHEMA shop;
CREATE TABLE shop.customers AS
  SELECT '1' AS customer_id, 'c1@example.com' AS email, now() AS updated_at;
CREATE TABLE shop.orders AS
  SELECT '1' AS customer_id, now() - to_hours(i) AS ordered_at, now() - to_hours(i) AS loaded_at
  FROM range(1, 61) AS t(i);
`,
      },
      commands: ['segsync test --record buyers 1'],
    },
    right: { files: {}, commands: ['segsync test --record buyers 1'] },
  },
};
