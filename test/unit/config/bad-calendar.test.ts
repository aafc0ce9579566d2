import { expectProblems } from './fixture.ts';
import { shopWhere as where } from './shop.ts';

expectProblems('a unit in the plural', where('trait: x\nthis: months'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:9 `this` must be one of `day`, `week`, `month`, `quarter`, `year` | did you mean `month`?',
]);
expectProblems('a unit that is a number', where('trait: x\nthis: 5'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:9 `this` must be one of `day`, `week`, `month`, `quarter`, `year`, but it is a number',
]);
expectProblems('a count without a unit', where('trait: x\nprevious: 3'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:13 `previous` must be one of `day`, `week`, `month`, `quarter`, `year`, or `{count: 3, unit: month}`, but it is a number',
]);
expectProblems('a unit that is none', where('trait: x\nprevious: fortnight'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:13 `previous` must be one of `day`, `week`, `month`, `quarter`, `year`, or `{count: 3, unit: month}`',
]);
expectProblems('no unit at all', where('did: x\nprevious:'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:12 `previous` must be one of `day`, `week`, `month`, `quarter`, `year`, or `{count: 3, unit: month}`, but it is empty',
]);
expectProblems('none before', where('did: x\nprevious: {count: 0, unit: month}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:21 `previous.count` must be a whole number from 1 to 1000',
]);
expectProblems('one and a half before', where('did: x\nprevious: {count: 1.5, unit: moth}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:21 `previous.count` must be a whole number from 1 to 1000',
  'E106 segments/lifecycle/cart_abandoners.yaml:4:32 `previous.unit` must be one of `day`, `week`, `month`, `quarter`, `year` | did you mean `month`?',
]);
expectProblems('too many before', where('did: x\nprevious: {count: 1001, unit: day, of: 3}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:21 `previous.count` must be a whole number from 1 to 1000',
  'E105 segments/lifecycle/cart_abandoners.yaml:4:38 unknown key `of` | known here: count, unit',
]);
expectProblems('neither a count nor a unit', where('did: x\nprevious: {}'), [
  'E104 segments/lifecycle/cart_abandoners.yaml:4:13 `previous.count` is missing',
  'E104 segments/lifecycle/cart_abandoners.yaml:4:13 `previous.unit` is missing',
]);
expectProblems('a unit in a filter', where('did: x\nwhere: {a: {this: yaer}}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:21 `this` must be one of `day`, `week`, `month`, `quarter`, `year` | did you mean `year`?',
]);
expectProblems('a calendar window over rows without a time', where('has: subscriptions\nthis: day'), [
  'E124 segments/lifecycle/cart_abandoners.yaml:4:3 `this` needs to know when: source `subscriptions` has no `time` | declare `time: COLUMN` in the source, or take the window out',
]);
