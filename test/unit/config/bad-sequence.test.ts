import { expectProblems } from './fixture.ts';
import { shopWhere as where } from './shop.ts';

expectProblems('no steps', where('sequence: []'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:13 `sequence` must be a list of at least one step',
]);
expectProblems('steps that are no list', where('sequence: {did: x}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:13 `sequence` must be a list of steps, but it is a mapping',
]);
expectProblems(
  'too many steps',
  where(
    'sequence: [{did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, {did: x}, ]',
  ),
  [
    'E106 segments/lifecycle/cart_abandoners.yaml:3:13 `sequence` must be a list of at most 20 steps, but it has 21',
  ],
);
expectProblems('a step that is text', where('sequence: [x]'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:14 `sequence[0]` must be a step `{did: SOURCE}`, but it is text | write `did: x`',
]);
expectProblems('a step that is a number', where('sequence: [5]'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:3:14 `sequence[0]` must be a step `{did: SOURCE}`, but it is a number',
]);
expectProblems('a `not` at the beginning', where('sequence:\n  - not: {did: x}\n  - did: y'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:4:7 this step of the sequence is a `not`, but the first is a `did` | a `not` forbids rows after a `did` step: begin with that',
]);
expectProblems('two `not` in a row', where('sequence:\n  - did: y\n  - not: {did: x}\n  - not: {did: z}'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:6:7 this step of the sequence is a second `not` in a row | put a `did` step between them, or make two sequences under `all:`',
]);
expectProblems('`within` at the beginning', where('sequence:\n  - {did: y, within: 5m}'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:4:16 this step of the sequence has a `within`, but no step before it | a window for all steps stands beside `sequence:`',
]);
expectProblems(
  '`for` in the middle',
  where('sequence:\n  - did: y\n  - {not: {did: x}, for: 5m}\n  - did: y'),
  [
    'E132 segments/lifecycle/cart_abandoners.yaml:5:23 this step of the sequence has a `for`, but is no `not` at the end | `within` in a `did` step limits the time since the `did` step before',
  ],
);
expectProblems('`for` of a `did`', where('sequence:\n  - did: y\n  - {did: x, for: 5m}'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:5:16 this step of the sequence has a `for`, but is no `not` at the end | `within` in a `did` step limits the time since the `did` step before',
]);
expectProblems('`within` of a last `not`', where('sequence:\n  - did: y\n  - {not: {did: x}, within: 5m}'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:5:23 unknown key `within` | did you mean `for`?',
]);
expectProblems(
  '`within` of a `not`',
  where('sequence:\n  - did: y\n  - {not: {did: x}, within: 5m}\n  - did: y'),
  ['E105 segments/lifecycle/cart_abandoners.yaml:5:23 unknown key `within` | known here: not, for'],
);
expectProblems(
  '`within` inside of a `not`',
  where('sequence:\n  - did: y\n  - {not: {did: y, within: 5d}}'),
  ['E105 segments/lifecycle/cart_abandoners.yaml:5:22 unknown key `within` | known here: did, where'],
);
expectProblems('a `not` of text', where('sequence:\n  - did: y\n  - not: x'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:5:12 `not` must be `{did: SOURCE}`, but it is text | write `not: {did: x}`',
]);
expectProblems('a `not` of related rows', where('sequence:\n  - did: y\n  - not: {has: subscriptions}'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:5:13 this step of the sequence begins with `has` | write `did: subscriptions`: any source with a `time` can be a step',
]);
expectProblems('a `not` of nothing', where('sequence:\n  - did: y\n  - not: {where: {a: 1}}'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:5:13 this step of the sequence has no `did` in its `not`',
]);
expectProblems('`did_not` for a step', where('sequence:\n  - did: y\n  - did_not: x'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:5:7 this step of the sequence begins with `did_not` | write `not: {did: x}`',
]);
expectProblems('related rows for a step', where('sequence:\n  - has: x'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:4:7 this step of the sequence begins with `has` | write `did: x`: any source with a `time` can be a step',
]);
expectProblems('`has_no` for a step', where('sequence:\n  - has_no: x'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:4:7 this step of the sequence begins with `has_no` | write `not: {did: x}`',
]);
expectProblems('rows without a time', where('sequence:\n  - did: subscriptions'), [
  'E124 segments/lifecycle/cart_abandoners.yaml:4:12 `sequence` needs to know when: source `subscriptions` has no `time` | declare `time: COLUMN` in the source',
]);
expectProblems(
  'forbidden rows without a time',
  where('sequence:\n  - did: y\n  - not: {did: subscriptions}'),
  [
    'E124 segments/lifecycle/cart_abandoners.yaml:5:18 `sequence` needs to know when: source `subscriptions` has no `time` | declare `time: COLUMN` in the source',
  ],
);
expectProblems('a measure in a step', where('sequence:\n  - {did: x, count: {gte: 2}}'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:16 unknown key `count` | known here: did, where, within',
]);
expectProblems('a step of both kinds', where('sequence:\n  - {did: x, not: {did: y}}'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:4:16 `did` and `not` stand together: a step has one of them',
]);
expectProblems('a misspelt step', where('sequence:\n  - dd: x'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:4:7 this step of the sequence is neither a `did` nor a `not` | did you mean `did`?',
]);
expectProblems('an empty step', where('sequence:\n  - {}'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:4:7 this step of the sequence is neither a `did` nor a `not`',
]);
expectProblems('a step that is a trait', where('sequence:\n  - trait: x'), [
  'E132 segments/lifecycle/cart_abandoners.yaml:4:7 this step of the sequence is neither a `did` nor a `not`',
]);
expectProblems('a step of no source', where('sequence:\n  - did:'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:4:11 `did` must be the name of a source, but it is empty',
]);
expectProblems('a misspelt key of a step', where('sequence:\n  - {did: y, wher: {a: 1}}'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:4:16 unknown key `wher` | did you mean `where`?',
]);
expectProblems('a misspelt key of a `not`', where('sequence:\n  - did: y\n  - {not: {did: y}, fr: 5m}'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:5:23 unknown key `fr` | did you mean `for`?',
]);
expectProblems('a deadline that is none', where('sequence:\n  - did: y\n  - {not: {did: y}, for: soon}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:5:28 `for` must be a duration such as `30m`, `2h` or `7d`, more than `0s` and at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
]);
expectProblems('a time between that is none', where('sequence:\n  - did: y\n  - {did: y, within: soon}'), [
  'E106 segments/lifecycle/cart_abandoners.yaml:5:24 `within` must be a duration such as `30m`, `2h` or `7d`, more than `0s` and at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
]);
expectProblems('two windows', where('sequence:\n  - did: y\nwithin: 5m\nthis: day'), [
  'E126 segments/lifecycle/cart_abandoners.yaml:6:3 `within` and `this` stand together: a sequence has one window',
]);
expectProblems('a misspelt window', where('sequence:\n  - did: y\nwithn: 5m'), [
  'E105 segments/lifecycle/cart_abandoners.yaml:5:3 unknown key `withn` | did you mean `within`?',
]);
