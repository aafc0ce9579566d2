import { expectProblems, type FileTexts } from './fixture.ts';
import { SHOP } from './shop.ts';

const segment = (text: string): FileTexts => ({ ...SHOP, 'segments/b.yaml': text });
const syncs = (...syncs: string[]): FileTexts =>
  segment(
    `entity: customer\nwhere: {trait: a, eq: 1}\nsync:\n${syncs.map((sync) => `  - ${sync}\n`).join('')}`,
  );

expectProblems(
  'everything at once',
  segment(
    'name: cart_abandoners\nentity: customr\nwhere: {trait: a, eq: 1}\ntier: hourl\ntags: a\nallow_full: 1\non_delete: keep\n',
  ),
  [
    'E110 segments/b.yaml:2:9 there is no entity `customr` | did you mean `customer`?',
    'E106 segments/b.yaml:5:7 `tags` must be a list, but it is text',
    'E106 segments/b.yaml:6:13 `allow_full` must be `true` or `false`, but it is a number',
    'E112 segments/b.yaml:7:1 `on_delete` is not available yet in this version | see the README for what this version can do',
    'E111 segments/lifecycle/cart_abandoners.yaml:1:1 two segments have the name `cart_abandoners`; the other is in segments/b.yaml',
  ],
);
expectProblems(
  'times to wait that are none',
  segment('entity: customer\nwhere: {trait: a, eq: 1}\nsettle: 0s\nstay_at_least: -1h\n'),
  [
    'E106 segments/b.yaml:3:9 `settle` must be a duration such as `30m`, `2h` or `7d`, more than `0s` and at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
    'E106 segments/b.yaml:4:16 `stay_at_least` must be a duration such as `30m`, `2h` or `7d`, more than `0s` and at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
  ],
);
expectProblems(
  'a reference to a damped query',
  {
    ...segment('entity: customer\nwhere: {segment: a}\n'),
    'segments/a.yaml': 'entity: customer\nsettle: 2d\nquery: SELECT 1\n',
  },
  [
    'E150 segments/b.yaml:2:18 the `query:` segment `a` says `settle` or `stay_at_least`: only its members are known, and a reference is to whom it holds for | keep the query in a segment without them, and let `a` refer to that one',
  ],
);
expectProblems('no where', segment('entity: customer\n'), ['E104 segments/b.yaml:1:1 `where` is missing']);
expectProblems('a query beside a where', segment('entity: customer\nwhere: {did: x}\nquery: SELECT 1\n'), [
  'E126 segments/b.yaml:3:1 `where` and `query` stand together: a segment has one of them',
]);
expectProblems('a query that is blank', segment('entity: customer\nquery: " "\n'), [
  'E116 segments/b.yaml:2:8 `query`: must not be empty',
]);
expectProblems('a query that is none', segment('entity: customer\nquery: {did: x}\n'), [
  'E106 segments/b.yaml:2:8 `query` must be text, but it is a mapping',
]);
expectProblems(
  'a query of another entity',
  {
    ...segment('entity: account\nwhere: {segment: a}\n'),
    'segments/a.yaml': 'entity: customer\nquery: SELECT 1\n',
  },
  [
    'E129 segments/b.yaml:2:18 segment `a` is a set of `customer`, this one of `account` | a segment can refer only to segments of its own entity',
  ],
);
expectProblems(
  'consent by comparison',
  syncs(
    '{to: out, consent: {trait: a, eq: {trait: b}}}',
    '{to: out, name: n, consent: {trait: a, this: dya}}',
  ),
  [
    'E106 segments/b.yaml:4:39 `eq` must be one value, but it is a mapping | filters, consent and fields take constants; only a condition compares with `trait:` or `measure:`',
    'E106 segments/b.yaml:5:50 `this` must be one of `day`, `week`, `month`, `quarter`, `year` | did you mean `day`?',
  ],
);
expectProblems('a constant field that is a trait', syncs('{to: out, fields: {a: {value: {trait: b}}}}'), [
  'E106 segments/b.yaml:4:35 `value` must be one value, but it is a mapping | filters, consent and fields take constants; only a condition compares with `trait:` or `measure:`',
]);
expectProblems('an empty where', segment('entity: customer\nwhere:\n'), [
  'E106 segments/b.yaml:2:7 `where` must be a condition, but it is empty',
]);
expectProblems(
  "a file's name that is none",
  { ...SHOP, 'segments/B b.yaml': 'entity: customer\nwhere: {trait: a, eq: 1}\n' },
  [
    'E113 segments/B b.yaml:1:1 `B b` cannot be the name of a segment | names are lower-case letters, digits, `_` and `-`',
  ],
);
expectProblems(
  'a circle of two',
  {
    ...SHOP,
    'segments/a.yaml': 'entity: customer\nwhere: {segment: b}\n',
    'segments/b.yaml': 'entity: customer\nwhere: {not: {segment: a}}\n',
  },
  [
    'E202 segments/b.yaml:2:24 segments refer to each other in a circle: a -> b -> a | a reference pastes the other segment’s condition in; take one of them out',
  ],
);
expectProblems(
  'a segment of another entity',
  segment('entity: account\nwhere: {segment: cart_abandoners}\n'),
  [
    'E129 segments/b.yaml:2:18 segment `cart_abandoners` is a set of `customer`, this one of `account` | a segment can refer only to segments of its own entity',
  ],
);
expectProblems('a source that no split can hold', segment('entity: account\nwhere: {did: x}\n'), [
  'E203 segments/b.yaml:2:14 entity `account` has no source `x`',
]);
expectProblems(
  'an event where several sources are split',
  {
    ...segment('entity: customer\nwhere: {did: viewed}\n'),
    'segsync.yaml': SHOP['segsync.yaml'].replace(
      'sources:\n',
      'sources:\n      clicks: { table: shop.clicks, split: kind, key: customer_id, time: at }\n',
    ),
  },
  [
    'E203 segments/b.yaml:2:14 entity `customer` has no source `viewed` | several sources have `split:`: write clicks.viewed or events.viewed',
    'E203 segments/lifecycle/cart_abandoners.yaml:8:12 entity `customer` has no source `added_to_cart` | several sources have `split:`: write clicks.added_to_cart or events.added_to_cart',
    'E203 segments/lifecycle/cart_abandoners.yaml:10:16 entity `customer` has no source `order_completed` | several sources have `split:`: write clicks.order_completed or events.order_completed',
  ],
);
expectProblems(
  'sources of measures and steps that no split can hold',
  segment(
    'entity: account\nwhere:\n  any:\n    - {measure: {did: x}, lt: {measure: {has: y}}}\n    - sequence: [{did: x}, {not: {did: y}}]\n',
  ),
  [
    'E203 segments/b.yaml:4:23 entity `account` has no source `x`',
    'E203 segments/b.yaml:4:47 entity `account` has no source `y`',
    'E203 segments/b.yaml:5:24 entity `account` has no source `x`',
    'E203 segments/b.yaml:5:40 entity `account` has no source `y`',
  ],
);
expectProblems('an unknown destination', syncs('to: oot'), [
  'E110 segments/b.yaml:4:9 there is no destination `oot` | did you mean `out`?',
]);
expectProblems('an unknown mode', syncs('{to: out, mode: miror}'), [
  'E106 segments/b.yaml:4:21 `sync[0].mode` must be one of `mirror`, `add_only`, `remove_only`, `on_enter` | did you mean `mirror`?',
]);
expectProblems('what belongs to events', syncs('{to: out, again_after: 7d, backfill: true}'), [
  'E116 segments/b.yaml:4:28 `again_after`: belongs to `mode: on_enter`',
  'E116 segments/b.yaml:4:42 `backfill`: belongs to `mode: on_enter`',
]);
expectProblems('identifiers that the entity lacks', syncs('{to: out, match: [email, emial]}'), [
  'E110 segments/b.yaml:4:30 there is no identifier `emial` in entity `customer` | did you mean `email`?',
]);
expectProblems(
  "a destination's default identifiers that the entity lacks",
  segment('entity: account\nwhere: {trait: a, eq: 1}\nsync: [{to: out}]\n'),
  ['E110 destinations/out.yaml:3:21 there is no identifier `phone` in entity `account`'],
);
expectProblems("a tier faster than the segment's", syncs('{to: out, tier: realtime}'), [
  'E117 segments/b.yaml:4:21 sync b.out asks for tier `realtime`, faster than its segment’s `daily` | a sync may be slower than its segment, never faster: give the segment the faster tier',
]);
expectProblems('fields that are a list', syncs('{to: out, fields: [a]}'), [
  'E106 segments/b.yaml:4:23 `fields` must be a mapping of fields to traits, but it is a list',
]);
expectProblems('a constant field without value', syncs('{to: out, fields: {a: 5}}'), [
  'E106 segments/b.yaml:4:27 `fields.a` must be the name of a trait, but it is a number | a constant is written `{value: ...}`, an expression `{sql: ...}`',
]);
expectProblems('consent without a trait', syncs('{to: out, consent: true}'), [
  'E106 segments/b.yaml:4:24 `consent` must be `{trait: NAME}`, but it is true or false',
]);
expectProblems('a key of a later version', syncs('{to: out, on_delete: remove}'), [
  'E112 segments/b.yaml:4:15 `on_delete` is not available yet in this version | see the README for what this version can do',
]);
expectProblems('a sync that is text', syncs('out'), [
  'E106 segments/b.yaml:4:5 `sync[0]` must be a mapping, but it is text',
]);
expectProblems(
  'syncs that are no list',
  segment('entity: customer\nwhere: {trait: a, eq: 1}\nsync: {to: out}\n'),
  ['E106 segments/b.yaml:3:7 `sync` must be a list, but it is a mapping'],
);
expectProblems('two syncs of one name', syncs('{to: out}', '{to: out, audience: b}'), [
  'E111 segments/b.yaml:5:10 two syncs have the name `b.out`; the other is in segments/b.yaml:4 | give the second one a `name:`',
]);
expectProblems(
  'two syncs to one audience',
  syncs('{to: out, audience: a}', '{to: out, audience: a, name: n, shared: true}'),
  [
    'E118 segments/b.yaml:5:10 syncs b.out and b.n both fill the audience `a` of `out` | give one another `audience:`, or say `shared: true` in both',
  ],
);
expectProblems(
  'guards',
  segment('entity: customer\nwhere: {trait: a, eq: 1}\nguards: {max_remove: 30, max_ad: 5%}\n'),
  [
    'E106 segments/b.yaml:3:22 `guards.max_remove` must be a percentage such as `30%` | the % sign is part of it',
    'E105 segments/b.yaml:3:26 unknown key `max_ad` | did you mean `max_add`?',
  ],
);
expectProblems("a sync's name", syncs('{to: out, name: A B}'), [
  'E113 segments/b.yaml:4:21 `A B` cannot be the name of a sync | names are lower-case letters, digits, `_` and `-`',
]);
