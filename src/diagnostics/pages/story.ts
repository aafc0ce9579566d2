/** E64x: unit tests beside segments. */
import type { Files, Pages } from '../page.ts';

type Codes = 'E640' | 'E641' | 'E642' | 'E643' | 'E644' | 'E645' | 'W640';

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
};
