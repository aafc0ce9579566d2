/** JUnit's XML, as readers of it want it. */
import { expect, it } from 'vitest';
import { junitText, type TestResult, testsDocument, testsText } from '../../../src/report/stories.ts';

const at = (line: number): TestResult['place'] => ({
  file: '/shop/segments/gold_test.yaml',
  line,
  column: 3,
});

const RESULTS: readonly TestResult[] = [
  { segment: 'gold', name: 'a "quoted" <name> & more\u0007', place: at(3), duration_ms: 1234 },
  {
    ...{ segment: 'gold', name: 'fails', place: at(9), duration_ms: 6 },
    failure: { place: at(12), lines: ['members: missing <ada>', 'members: too many ben'] },
  },
  { segment: 'tin', name: 'passes', place: at(1), duration_ms: 0 },
];

it('has a suite for each segment, a case for each test, and no character that XML cannot hold', () => {
  expect(junitText(RESULTS, '/shop')).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="segsync" tests="3" failures="1" errors="0" time="1.240">
  <testsuite name="gold" tests="2" failures="1" errors="0" time="1.240">
    <testcase classname="gold" name="a &quot;quoted&quot; &lt;name&gt; &amp; more" file="segments/gold_test.yaml" time="1.234"/>
    <testcase classname="gold" name="fails" file="segments/gold_test.yaml" time="0.006">
      <failure message="members: missing &lt;ada&gt;">segments/gold_test.yaml:12
members: missing &lt;ada&gt;
members: too many ben</failure>
    </testcase>
  </testsuite>
  <testsuite name="tin" tests="1" failures="0" errors="0" time="0.000">
    <testcase classname="tin" name="passes" file="segments/gold_test.yaml" time="0.000"/>
  </testsuite>
</testsuites>
`);
});

it('is whole without any test', () => {
  expect(junitText([], '/shop')).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="segsync" tests="0" failures="0" errors="0" time="0.000">\n</testsuites>\n',
  );
});

it('tells people of failures only, and programs of all', () => {
  expect(testsText(RESULTS, '/shop')).toBe(
    'FAILED gold: fails\n  segments/gold_test.yaml:12\n  members: missing <ada>\n  members: too many ben\n\n3 tests, 1 failed.\n',
  );
  expect(testsDocument(RESULTS, '/shop')).toMatchObject({
    ...{ passed: 2, total: 3 },
    tests: [{ status: 'passed' }, { status: 'failed', line: 9, failed_at_line: 12 }, { status: 'passed' }],
  });
});
