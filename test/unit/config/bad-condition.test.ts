import { expectProblems } from './fixture.ts';
import { shopWhere as where } from './shop.ts';

expectProblems('a trait without an operator', where('trait: x'), [
  'E127 segments/lifecycle/cart_abandoners.yaml:3:3 this trait has no operator | add one of: eq, ne, gt, gte, lt, lte, in, not_in, between, contains, starts_with, ends_with, is_null, within, older_than, next, this, previous, after, before',
]);
expectProblems('two operators', where('trait: x\neq: 1\nne: 2'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:5:3 `eq` and `ne` stand together: a trait has one operator | write a condition for each, under `all:`',
]);
expectProblems('an unknown operator', where('trait: x\neqls: 1'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:3 unknown key `eqls` | known here: trait, eq, ne, gt, gte, lt, lte, in, not_in, between, contains, starts_with, ends_with, is_null, within, older_than, next, this, previous, after, before',
]);
expectProblems('no value', where('trait: x\neq:'), [
  'E123 segments/lifecycle/cart_abandoners.yaml:4:6 `eq` compares with nothing: null is no value | ask for missing values with `is_null: true`',
]);
expectProblems('null in a list', where('trait: x\nin: [1, null]'), [
  'E123 segments/lifecycle/cart_abandoners.yaml:4:11 `in` compares with nothing: null is no value | ask for missing values with `is_null: true`',
]);
expectProblems('an empty list', where('trait: x\nin: []'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:7 `in` must be a list of at least one value',
]);
expectProblems('one value for between', where('trait: x\nbetween: [1]'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:12 `between` must be a list of two values, but it has 1',
]);
expectProblems('a window the wrong way round', where('trait: x\nbetween: {from: 7d, to: 14d}'), [
  'E128 segments/lifecycle/cart_abandoners.yaml:4:12 the window from 7d to 14d is empty | `from` lies further back: `between: {from: 14d, to: 7d}`',
]);
expectProblems('half a window', where('trait: x\nbetween: {from: 7d}'), [
  'E104 segments/lifecycle/cart_abandoners.yaml:4:12 `between.to` is missing',
]);
expectProblems('half an hour', where('trait: x\nwithin: 1.5h'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:11 `within` must be a duration such as `30m`, `2h` or `7d`, more than `0s` and at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
]);
expectProblems('a year as a date', where('trait: x\nafter: 2026'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:10 `after` must be a date or an instant | as `"2026-01-31"` or `"2026-01-31T08:00:00Z"`',
]);
expectProblems('a day that does not exist', where('trait: x\nafter: 2026-02-30'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:10 `after` must be a date or an instant | as `"2026-01-31"` or `"2026-01-31T08:00:00Z"`',
]);
expectProblems('a mapping to compare with', where('trait: x\neq: {a: 1}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:7 `eq` must be one value, but it is a mapping | another value is `{trait: NAME}` or `{measure: {...}}`',
]);
expectProblems('a post code without quotes', where('trait: x\neq: 01067'), [
  'E122 segments/lifecycle/cart_abandoners.yaml:4:7 the number 01067 begins with 0 | text such as a post code needs quotes; a number no zero in front',
]);
expectProblems('infinity', where('trait: x\neq: .inf'), [
  'E122 segments/lifecycle/cart_abandoners.yaml:4:7 the number .inf is no number that can be compared with',
]);
expectProblems('a number too long', where('trait: x\neq: 1e999'), [
  'E122 segments/lifecycle/cart_abandoners.yaml:4:7 the number 1e999 has too many digits',
]);
expectProblems('a number where text belongs', where('trait: x\ncontains: 5'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:13 `contains` must be text (in quotes), but it is a number',
]);
expectProblems('yes for true', where('trait: x\nis_null: yes'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:12 `is_null` must be `true` or `false`, but it is text',
]);
expectProblems('a trait without a name', where('trait:\neq: 5'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:9 `trait` must be the name of a trait, but it is empty',
]);
expectProblems('text with a NUL', where('trait: x\neq: "a\\0b"'), [
  'E121 segments/lifecycle/cart_abandoners.yaml:4:7 text here holds a NUL character, which no warehouse can store | take the `\\0` out',
]);
expectProblems('an empty window', where('did: x\nwithin: 0s'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:11 `within` must be a duration such as `30m`, `2h` or `7d`, more than `0s` and at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
]);
expectProblems('two windows', where('did: x\nwithin: 5m\nnext: 5m'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:5:3 `within` and `next` stand together: a measure has one window | take one; two conditions under `all:` would each count rows of their own',
]);
expectProblems('a window beyond all dates', where('did: x\nwithin: 99999w'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:11 `within` must be a duration such as `30m`, `2h` or `7d`, more than `0s` and at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
]);
expectProblems('an operator where a window belongs', where('did: x\nbetween: [1, 2]'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:12 `between` must be a window `{from: 14d, to: 7d}`, but it is a list',
]);
expectProblems('a count without an operator', where('did: x\ncount: 3'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:10 `count` must be a comparison such as `{gte: 3}`, but it is a number',
]);
expectProblems('a count of text', where('did: x\ncount: {gte: a}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:16 `gte` must be a number: `count` is one',
]);
expectProblems('a sum of nothing', where('did: x\nsum: {gte: 5}'), [
  'E104 segments/lifecycle/cart_abandoners.yaml:4:3 `sum.of` is missing',
]);
expectProblems('a sum not compared', where('did: x\nsum: {of: a}'), [
  'E127 segments/lifecycle/cart_abandoners.yaml:4:3 the measure `sum` has no operator | add one of: eq, ne, gt, gte, lt, lte, in, not_in, between',
]);
expectProblems('two measures', where('did: x\ncount: {gte: 1}\nsum: {of: a, gte: 1}'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:5:3 `count` and `sum` stand together: a condition has one measure | write a condition for each, under `all:`',
]);
expectProblems('two operators of a measure', where('did: x\ncount: {gte: 1, lte: 5}'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:4:19 `gte` and `lte` stand together: a measure has one operator | both ends: `between: [low, high]`',
]);
expectProblems('a missing count', where('did: x\ncount: {is_null: true}'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:11 unknown key `is_null` | known here: eq, ne, gt, gte, lt, lte, in, not_in, between',
]);
expectProblems('a window over rows without a time', where('has: subscriptions\nwithin: 5d'), [
  'E124 segments/lifecycle/cart_abandoners.yaml:4:3 `within` needs to know when: source `subscriptions` has no `time` | declare `time: COLUMN` in the source, or take the window out',
]);
expectProblems('a misspelt filter', where('did: x\nwher: {a: 1}'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:3 unknown key `wher` | did you mean `where`?',
]);
expectProblems('a list of sources', where('did: [x]'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:8 `did` must be the name of a source, but it is a list',
]);
expectProblems('a filter by null', where('did: x\nwhere: {a: null}'), [
  'E123 segments/lifecycle/cart_abandoners.yaml:4:14 `eq` compares with nothing: null is no value | ask for missing values with `is_null: true`',
]);
expectProblems("a filter's unknown operator", where('did: x\nwhere: {a: {gt: 5, foo: 1}}'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:22 unknown key `foo` | known here: eq, ne, gt, gte, lt, lte, in, not_in, between, contains, starts_with, ends_with, is_null, within, older_than, next, this, previous, after, before',
]);
expectProblems('an empty filter', where('did: x\nwhere: {}'), [
  'E131 segments/lifecycle/cart_abandoners.yaml:4:10 `where` has no conditions in it | without a filter every row counts: take it out',
]);
expectProblems("a filter's group", where('did: x\nwhere: {all: {a: 1}}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:16 `all` must be a list of filters, but it is a mapping',
]);
expectProblems('a filter that is a list', where('did: x\nwhere: [a]'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:10 `where` must be a mapping of columns, but it is a list',
]);
expectProblems('a misspelt group', where('al:\n  - trait: x\n    eq: 1'), [
  'E125 segments/lifecycle/cart_abandoners.yaml:3:3 this is no condition | did you mean `all`?',
]);
expectProblems('two groups', where('all:\n  - trait: x\n    eq: 1\nany:\n  - trait: x\n    eq: 1'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:6:3 `all` and `any` stand together: a condition is one of them | make a list of them, under `all:` or `any:`',
]);
expectProblems('an empty group', where('all: []'), [
  'E131 segments/lifecycle/cart_abandoners.yaml:3:3 `all` has no conditions in it | everyone is `trait: KEY` with `is_null: false`',
]);
expectProblems('a group without a list', where('all:\n  trait: x\n  eq: 1'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:5 `all` must be a list of conditions, but it is a mapping',
]);
expectProblems('no condition', where('foo: bar'), [
  'E125 segments/lifecycle/cart_abandoners.yaml:3:3 this is no condition | a condition begins with one of: all, any, not, trait, did, did_not, has, has_no, measure, sequence, segment, sql, share',
]);
expectProblems('no SQL', where('sql:'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:7 `sql` must be the text of a boolean SQL expression, but it is empty',
]);
expectProblems('blank SQL', where('sql: " "'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:8 `sql` must be the text of a boolean SQL expression, but it is empty',
]);
expectProblems('SQL that is true', where('sql: true'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:8 `sql` must be the text of a boolean SQL expression, but it is true or false',
]);
expectProblems('an operator beside SQL', where('sql: "a"\neq: 5'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:3 unknown key `eq` | known here: sql',
]);
expectProblems('a query in a condition', where('all:\n  - query: SELECT 1'), [
  'E116 segments/lifecycle/cart_abandoners.yaml:4:7 `query`: it stands in the segment itself, instead of `where:`',
]);
expectProblems('a list of conditions', where('- trait: x\n  eq: 1'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:3 `where` must be a condition, but it is a list | put `all:` or `any:` in front of the list',
]);
expectProblems('an unknown segment', where('segment: nope'), [
  'E201 segments/lifecycle/cart_abandoners.yaml:3:12 there is no segment `nope`',
]);
expectProblems('a misspelt segment', where('segment: cart_abandoner'), [
  'E201 segments/lifecycle/cart_abandoners.yaml:3:12 there is no segment `cart_abandoner` | did you mean `cart_abandoners`?',
]);
expectProblems('itself', where('segment: cart_abandoners'), [
  'E202 segments/lifecycle/cart_abandoners.yaml:3:12 segments refer to each other in a circle: cart_abandoners -> cart_abandoners | a reference pastes the other segment’s condition in; take one of them out',
]);
expectProblems('a share without a name', where('share: 10%'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:10 `share` must be `{of: NAME, below: 10%}`, but it is text',
]);
expectProblems('a share without its sign', where('share: {of: a, below: 10}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:25 `below` must be a percentage such as `10%`, but it is a number',
]);
expectProblems('a share beyond all', where('share: {of: a, below: 101%}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:25 `below` must be a percentage from `0%` to `100%`',
]);
expectProblems('not of a list', where('not: [a]'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:8 `not` must be a condition, but it is a list | put `all:` or `any:` in front of the list',
]);
expectProblems('conditions 150 deep', where(`${'{not: '.repeat(150)}{trait: x, eq: 1}${'}'.repeat(150)}`), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:609 `not` must be at most 100 conditions deep',
]);
expectProblems(
  'several mistakes',
  where(
    'all:\n  - trait: x\n    eq: null\n  - did: x\n    within: soon\n    where: {a: {lk: 1}}\n  - any: []',
  ),
  [
    'E123 segments/lifecycle/cart_abandoners.yaml:5:11 `eq` compares with nothing: null is no value | ask for missing values with `is_null: true`',
    'E106 segments/lifecycle/cart_abandoners.yaml:7:15 `within` must be a duration such as `30m`, `2h` or `7d`, more than `0s` and at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
    'E105 segments/lifecycle/cart_abandoners.yaml:8:19 unknown key `lk` | did you mean `lt`?',
    'E131 segments/lifecycle/cart_abandoners.yaml:9:7 `any` has no conditions in it | everyone is `trait: KEY` with `is_null: false`',
  ],
);
