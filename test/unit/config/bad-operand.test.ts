import { expectProblems } from './fixture.ts';
import { shopWhere as where } from './shop.ts';

expectProblems('a trait that is a number', where('trait: x\neq: {trait: 5}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:15 `trait` must be the name of a trait, but it is a number',
]);
expectProblems('two values', where('trait: x\neq: {trait: y, measure: {did: x}}'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:4:18 `trait` and `measure` stand together: a value is compared with one of them',
]);
expectProblems('times nothing', where('trait: x\neq: {times: 2}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:7 `eq` must be a trait or a measure for `times` to multiply | another value is `{trait: NAME}` or `{measure: {...}}`',
]);
expectProblems('times text', where('trait: x\neq: {times: "2", trait: y}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:15 `times` must be a number such as `0.5`, but it is text',
]);
expectProblems('times infinity', where('trait: x\neq: {times: .inf, trait: y}'), [
  'E122 segments/lifecycle/cart_abandoners.yaml:4:15 the number .inf is no number that can be compared with',
]);
expectProblems('a key besides', where('trait: x\neq: {trait: y, a: 1}'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:18 unknown key `a` | known here: trait, measure, times',
]);
expectProblems('a misspelt value', where('trait: x\neq: {trat: y}'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:8 unknown key `trat` | did you mean `trait`?',
]);
expectProblems('an empty value', where('trait: x\neq: {}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:7 `eq` must be one value, but it is a mapping | another value is `{trait: NAME}` or `{measure: {...}}`',
]);
expectProblems(
  'a misspelt window of the other measure',
  where('measure: {did: x}\nlt: {measure: {did: x, withn: 7d}}'),
  ['E105 segments/lifecycle/cart_abandoners.yaml:4:26 unknown key `withn` | did you mean `within`?'],
);
expectProblems('text that is a trait', where('trait: x\ncontains: {trait: y}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:13 `contains` must be a constant | another value can be compared by `eq`, `ne`, `gt`, `gte`, `lt`, `lte`, `between`, `in`, `not_in`',
]);
expectProblems('a trait for true', where('trait: x\nis_null: {trait: y}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:12 `is_null` must be a constant | another value can be compared by `eq`, `ne`, `gt`, `gte`, `lt`, `lte`, `between`, `in`, `not_in`',
]);
expectProblems('a value instead of a list', where('trait: x\nin: {trait: y}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:7 `in` must be a list of values, but it is a mapping',
]);
expectProblems('a value instead of bounds', where('trait: x\nbetween: {trait: y}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:12 `between` must be a list of two values, `[low, high]`, but it is a mapping',
]);
expectProblems('three bounds', where('trait: x\nbetween: [1, {trait: y}, 3]'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:12 `between` must be a list of two values, but it has 3',
]);
expectProblems('a missing bound', where('trait: x\nbetween: [null, {trait: y}]'), [
  'E123 segments/lifecycle/cart_abandoners.yaml:4:13 `between` compares with nothing: null is no value | ask for missing values with `is_null: true`',
]);
expectProblems('a list of many mistakes', where('trait: x\nin: [null, {trait: y}, {a: 1}, [1]]'), [
  'E123 segments/lifecycle/cart_abandoners.yaml:4:8 `in` compares with nothing: null is no value | ask for missing values with `is_null: true`',
  'E106 segments/lifecycle/cart_abandoners.yaml:4:26 `in` must be one value, but it is a mapping | another value is `{trait: NAME}` or `{measure: {...}}`',
  'E106 segments/lifecycle/cart_abandoners.yaml:4:34 `in` must be one value, but it is a list | of several values: `in: [...]`',
]);
expectProblems('an operator that counts lack', where('did: x\ncount: {contains: {trait: y}}'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:11 unknown key `contains` | known here: eq, ne, gt, gte, lt, lte, in, not_in, between',
]);
expectProblems('text in a list of numbers', where('did: x\ncount: {in: [a, {trait: y}]}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:15 `in` must be a number: `count` is one',
]);
expectProblems('a bound that is text', where('measure: {did: x}\nbetween: [a, {trait: y}]'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:12 `between` must be a number: `count` is one',
]);
expectProblems('a trait in a filter', where('did: x\nwhere: {a: {eq: {trait: y}}}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:19 `eq` must be one value, but it is a mapping | filters, consent and fields take constants; only a condition compares with `trait:` or `measure:`',
]);
expectProblems('a trait for a column', where('did: x\nwhere: {a: {trait: y}}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:14 `a` must be one value, but it is a mapping | filters, consent and fields take constants; only a condition compares with `trait:` or `measure:`',
]);
expectProblems('a measure in a list of a filter', where('did: x\nwhere: {a: [{measure: {did: x}}]}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:15 `in` must be one value, but it is a mapping | filters, consent and fields take constants; only a condition compares with `trait:` or `measure:`',
]);
