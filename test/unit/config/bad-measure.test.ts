import { expectProblems } from './fixture.ts';
import { shopWhere as where } from './shop.ts';

expectProblems(
  'a last value of rows without a time',
  where('has: subscriptions\nlast: {of: plan, eq: pro}'),
  [
    'E124 segments/lifecycle/cart_abandoners.yaml:4:3 `last` needs to know when: source `subscriptions` has no `time` | declare `time: COLUMN` in the source',
  ],
);
expectProblems('a last value of no column', where('did: x\nlast: {eq: pro}'), [
  'E104 segments/lifecycle/cart_abandoners.yaml:4:3 `last.of` is missing',
]);
expectProblems('a first value without a comparison', where('did: x\nfirst: web'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:10 `first` must be a column and a comparison, such as `{of: total, gte: 500}`, but it is text',
]);
expectProblems('a measure without a mapping', where('measure: x\nlt: 5'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:12 `measure` must be a mapping such as `{did: SOURCE, within: 7d}`, but it is text',
]);
expectProblems('a measure without an operator', where('measure: {did: x}'), [
  'E127 segments/lifecycle/cart_abandoners.yaml:3:3 this measure has no operator | add one of: eq, ne, gt, gte, lt, lte, in, not_in, between',
]);
expectProblems('a measure with two operators', where('measure: {did: x}\nlt: 5\ngt: 1'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:4:3 `gt` and `lt` stand together: a measure has one operator | both ends: `between: [low, high]`',
]);
expectProblems('a measure of no source', where('measure: {within: 7d}\nlt: 5'), [
  'E104 segments/lifecycle/cart_abandoners.yaml:3:12 `measure.did` is missing',
]);
expectProblems('a measure of what did not happen', where('measure: {did_not: x}\nlt: 5'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:3:13 unknown key `did_not` | known here: did, has, where, within, older_than, between, next, this, previous, after, before, count, sum, avg, min, max, distinct, first, last',
]);
expectProblems('a measure of two sources', where('measure: {did: x, has: y}\nlt: 5'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:3:21 `did` and `has` stand together: a measure has one source',
]);
expectProblems('an operator inside of a measure', where('measure: {did: x, gte: 5}'), [
  'E127 segments/lifecycle/cart_abandoners.yaml:3:3 this measure has no operator | add one of: eq, ne, gt, gte, lt, lte, in, not_in, between',
  'E106 segments/lifecycle/cart_abandoners.yaml:3:21 `measure` must be a measure without a comparison | `gte` stands outside of `measure:`',
]);
expectProblems(
  'an operator inside of its function',
  where('measure: {did: x, sum: {of: a, gte: 5}}\nlt: 5'),
  [
    'E106 segments/lifecycle/cart_abandoners.yaml:3:34 `sum` must be a measure without a comparison | `gte` stands outside of `measure:`',
  ],
);
expectProblems('bounds inside of a measure', where('measure: {did: x, between: [1, 2]}\nlt: 5'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:30 `between` must be a window `{from: 14d, to: 7d}`, but it is a list',
]);
expectProblems('a sum of a number', where('measure: {did: x, sum: 5}\nlt: 5'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:26 `sum` must be the name of a column, but it is a number',
]);
expectProblems('a sum of a misspelt column', where('measure: {did: x, sum: {off: a}}\nlt: 5'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:3:27 unknown key `off` | did you mean `of`?',
]);
expectProblems('a sum of nothing', where('measure: {did: x, sum: {}}\nlt: 5'), [
  'E104 segments/lifecycle/cart_abandoners.yaml:3:21 `sum.of` is missing',
]);
expectProblems('a count that is a number', where('measure: {did: x, count: 3}\nlt: 5'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:28 `count` must be `true` (it takes no column), but it is a number',
]);
expectProblems('a count that is not', where('measure: {did: x, count: false}\nlt: 5'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:28 `count` must be `true` (it takes no column)',
]);
expectProblems('a count of a column', where('measure: {did: x, count: {of: a}}\nlt: 5'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:3:29 unknown key `of`',
]);
expectProblems('two functions', where('measure: {did: x, sum: a, avg: b}\nlt: 5'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:3:29 `sum` and `avg` stand together: a condition has one measure | write a condition for each, under `all:`',
]);
expectProblems('a count against text', where('measure: {did: x}\nlt: abc'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:7 `lt` must be a number: `count` is one',
]);
expectProblems('a count that is missing', where('measure: {did: x}\nis_null: true'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:3 unknown key `is_null` | known here: measure, eq, ne, gt, gte, lt, lte, in, not_in, between',
]);
expectProblems('a window beside a measure', where('measure: {did: x}\nwithin: 7d\nlt: 5'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:3 unknown key `within` | known here: measure, eq, ne, gt, gte, lt, lte, in, not_in, between',
]);
expectProblems('a window instead of bounds', where('measure: {did: x}\nbetween: {from: 1d, to: 2d}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:12 `between` must be a list of two values, `[low, high]`, but it is a mapping',
]);
expectProblems(
  'a window over rows without a time',
  where('measure: {has: subscriptions, within: 7d}\nlt: 5'),
  [
    'E124 segments/lifecycle/cart_abandoners.yaml:3:33 `within` needs to know when: source `subscriptions` has no `time` | declare `time: COLUMN` in the source, or take the window out',
  ],
);
expectProblems('a last value of undated rows', where('measure: {has: subscriptions, last: a}\nlt: 5'), [
  'E124 segments/lifecycle/cart_abandoners.yaml:3:33 `last` needs to know when: source `subscriptions` has no `time` | declare `time: COLUMN` in the source',
]);
