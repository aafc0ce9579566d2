import { expectProblems, type FileTexts } from './fixture.ts';
import { PROJECT, SHOP } from './shop.ts';

const project = (text: string): FileTexts => ({ ...SHOP, 'segsync.yaml': text });
const out = (text: string): FileTexts => ({ ...SHOP, 'destinations/out.yaml': text });
const hook = (text: string): FileTexts => ({ ...SHOP, 'destinations/hook.yaml': `type: webhook\n${text}` });

expectProblems(
  'an unknown key, and mistakes in two other files',
  {
    ...project(`${PROJECT}guardz: {}\n`),
    'destinations/out.yaml': 'type: fil\n',
    'segments/a.yaml': 'entity: customr\nwhere: {}\n',
  },
  [
    'E110 destinations/out.yaml:1:7 there is no destination type `fil` | did you mean `file`?',
    'E110 segments/a.yaml:1:9 there is no entity `customr` | did you mean `customer`?',
    'E125 segments/a.yaml:2:8 this is no condition | a condition begins with one of: all, any, not, trait, did, did_not, has, has_no, measure, sequence, segment, sql, share',
    'E105 segsync.yaml:32:1 unknown key `guardz` | did you mean `guards`?',
  ],
);
expectProblems(
  'no targets',
  {
    ...project(PROJECT.replace(/targets:\n( {2}.*\n){2}/, '')),
    'destinations/out.yaml': 'type: file\ndirectory: x\ntargets: [prod]\n',
  },
  ['E104 segsync.yaml:1:1 `targets` is missing'],
);
expectProblems('no entities', project(PROJECT.replace(/entities:\n( {3}.*\n| {2}\w.*\n)*/, '')), [
  'E104 segsync.yaml:1:1 `entities` is missing',
]);
expectProblems('a version of the future', project(PROJECT.replace('version: 1', 'version: 2')), [
  'E106 segsync.yaml:1:10 `version` must be `1`',
]);
expectProblems('an unknown time zone', project(PROJECT.replace('Europe/Berlin', 'Europe/Berln')), [
  'E106 segsync.yaml:3:11 `timezone` must be a time zone such as `Europe/Berlin` or `UTC` | names are those of the IANA time zone database',
]);
expectProblems('an unknown warehouse', project(PROJECT.replace('type: duckdb', 'type: duckbd')), [
  'E110 segsync.yaml:7:16 there is no warehouse type `duckbd` | did you mean `duckdb`?',
]);
expectProblems(
  'a default target that does not exist',
  project(PROJECT.replace('default_target: dev', 'default_target: de')),
  ['E110 segsync.yaml:4:17 there is no target `de` | did you mean `dev`?'],
);
expectProblems('no default among several targets', project(PROJECT.replace('default_target: dev\n', '')), [
  'E104 segsync.yaml:6:3 `default_target` is missing',
]);
expectProblems(
  "a target's options",
  project(PROJECT.replace(`url: "\${env:DATABASE_URL}"`, 'url: 5, pool: 1, ssl: maybe, hots: a')),
  [
    'E106 segsync.yaml:8:32 `targets.prod.url` must be text, but it is a number',
    'E106 segsync.yaml:8:41 `targets.prod.pool` must be 2 or more',
    'E106 segsync.yaml:8:49 `targets.prod.ssl` must be `true` or `false` or `no-verify`, but it is text',
    'E105 segsync.yaml:8:56 unknown key `hots` | did you mean `host`?',
  ],
);
expectProblems('a target without an address', project(PROJECT.replace(`url: "\${env:DATABASE_URL}", `, '')), [
  'E116 segsync.yaml:8:9 `targets.prod`: either `url` or `host`',
]);
expectProblems(
  'a tier that cannot be read, told once',
  {
    ...project(PROJECT.replace('every: 24h, at: "02:30"', 'every: 1.5h, at: "2:30"')),
    'segments/a.yaml':
      'entity: customer\ntier: nightly\nwhere: {trait: a, eq: 1}\nsync: [{to: out, tier: hourly}]\n',
  },
  [
    'E106 segsync.yaml:30:21 `tiers.nightly.every` must be a duration such as `30m`, `2h` or `7d`, more than `0s` and at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
    'E106 segsync.yaml:30:31 `tiers.nightly.at` must be a time of day such as `"06:00"`',
  ],
);
expectProblems('a tier without a cadence', project(PROJECT.replace('every: 24h, at', 'at')), [
  'E104 segsync.yaml:30:3 `tiers.nightly.every` is missing',
]);
expectProblems(
  'guards',
  project(
    PROJECT.replace(
      'max_remove: 25%, min_guarded_size: 10',
      'max_remove: 25, max_add: a%, min_guarded_size: 1.5',
    ),
  ),
  [
    'E106 segsync.yaml:31:23 `guards.max_remove` must be a percentage such as `30%` | the % sign is part of it',
    'E106 segsync.yaml:31:36 `guards.max_add` must be a percentage such as `30%` | the % sign is part of it',
    'E106 segsync.yaml:31:58 `guards.min_guarded_size` must be a whole number',
  ],
);
expectProblems('state', project(`${PROJECT}state: {schema: "a b", retain: 1y}\n`), [
  'E106 segsync.yaml:32:17 `state.schema` must be the name of a schema: letters, digits and `_`',
  'E106 segsync.yaml:32:32 `state.retain` must be a duration such as `30m`, `2h` or `7d`, more than `0s` and at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
]);
expectProblems("a table's name", project(PROJECT.replace('table: shop.customers', 'table: shop customers')), [
  'E114 segsync.yaml:11:12 `shop customers` cannot be read as a table’s name | write `table`, `schema.table` or `"Odd Schema"."Table"`; or a path that ends in .csv or .parquet',
]);
expectProblems('a missing key column', project(PROJECT.replace('    key: customer_id\n', '')), [
  'E104 segsync.yaml:11:5 `entities.customer.key` is missing',
]);
expectProblems(
  'a table and a query',
  project(PROJECT.replace('table: shop.refunds', 'table: shop.refunds, query: SELECT 1')),
  ['E126 segsync.yaml:22:46 `table` and `query` stand together: rows come from one of them'],
);
expectProblems('neither a table nor a query', project(PROJECT.replace('table: shop.refunds, ', '')), [
  'E104 segsync.yaml:22:7 `entities.customer.sources.refunds.table` is missing',
]);
expectProblems(
  'a file where the target reads none',
  SHOP,
  [
    'E115 segsync.yaml:23:31 the target `prod` cannot read files, and `data/subscriptions.csv` is one | load the file into a table of the warehouse and name that',
  ],
  { DATABASE_URL: 'postgres://localhost/shop' },
  { target: 'prod' },
);
expectProblems(
  'a change feed where the target has none, and of a query',
  project(
    PROJECT.replace('table: shop.refunds', 'change_feed: true, query: SELECT 1').replace(
      '    key: customer_id\n',
      '    key: customer_id\n    change_feed: true\n',
    ),
  ),
  [
    'E136 segsync.yaml:13:18 the target `dev` has no change feeds | leave `change_feed` out and declare a cursor; `reconcile:` finds what a cursor does not show',
    'E126 segsync.yaml:23:31 `query` and `change_feed` stand together: only a table has a feed',
  ],
);
expectProblems(
  'a late change feed without a cursor',
  {
    'segsync.yaml': `version: 1
project: late
default_target: dev
targets:
  dev: { type: bigquery, project: p, location: EU }
entities:
  person: { table: shop.people, key: id, change_feed: true }
`,
  },
  [
    'E137 segsync.yaml:7:55 change feeds of the target `dev` show changes late, and this table has no cursor | declare a `cursor:` besides, or `append_only: true` where rows are never changed nor deleted',
  ],
);
expectProblems('an overlap', project(PROJECT.replace('overlap: 2m', 'overlap: soon')), [
  'E106 segsync.yaml:13:44 `entities.customer.cursor.overlap` must be a duration such as `30m`, `2h` or `7d`, at most a hundred years | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
]);
expectProblems(
  'a kind of identifier, a country',
  project(PROJECT.replace('kind: email ', 'kind: emial ').replace('DE }', 'de }')),
  [
    'E106 segsync.yaml:18:36 `entities.customer.identifiers.email.kind` must be one of `email`, `phone`, `external_id`, `first_name`, `last_name`, `city`, `region`, `postal_code`, `country` | did you mean `email`?',
    'E106 segsync.yaml:19:60 `entities.customer.identifiers.phone.default_country` must be a country’s two capital letters, such as `DE`',
  ],
);
expectProblems(
  'a key of a later version',
  project(PROJECT.replace('duplicates: latest', 'where: {deleted: false}')),
  [
    'E112 segsync.yaml:14:5 `where` is not available yet in this version | see the README for what this version can do',
  ],
);
for (const text of ['30m', '1.5h', 'always', '24']) {
  expectProblems(
    `a full pass every ${text}`,
    project(PROJECT.replace('duplicates: latest', `reconcile: ${text}`)),
    [
      'E106 segsync.yaml:14:16 `entities.customer.reconcile` must be a duration from `1h` such as `24h`, or `never` | units: s, m, h, d, w; whole numbers; `90s` rather than `1.5m`',
    ],
  );
}
const through = (text: string): FileTexts =>
  project(PROJECT.replace('subscriptions: {', `subscriptions: { through: ${text},`));
expectProblems('a join table without its key and name', through('{ tabel: shop.owners }'), [
  'E104 segsync.yaml:23:24 `entities.customer.sources.subscriptions.through.key` is missing',
  'E105 segsync.yaml:23:35 unknown key `tabel` | did you mean `table`?',
]);
expectProblems('a join table from nowhere', through('{ key: customer_id }'), [
  'E104 segsync.yaml:23:24 `entities.customer.sources.subscriptions.through.table` is missing',
]);
expectProblems('a join table that is text', through('shop.owners'), [
  'E106 segsync.yaml:23:33 `entities.customer.sources.subscriptions.through` must be a mapping, but it is text',
]);
expectProblems("a join table's name", through('{ table: shop owners, key: customer_id }'), [
  'E114 segsync.yaml:23:42 `shop owners` cannot be read as a table’s name | write `table`, `schema.table` or `"Odd Schema"."Table"`; or a path that ends in .csv or .parquet',
]);
expectProblems('a misspelt key of a source', project(PROJECT.replace('append_only', 'apend_only')), [
  'E105 segsync.yaml:21:108 unknown key `apend_only` | did you mean `append_only`?',
]);
expectProblems(
  'names',
  project(
    PROJECT.replace('refunds: {', 'Re Funds: {').replace('project: storefront', 'project: Store Front'),
  ),
  [
    'E113 segsync.yaml:2:10 `Store Front` cannot be the name of a project | names are lower-case letters, digits, `_` and `-`',
    'E113 segsync.yaml:22:7 `Re Funds` cannot be the name of a source | names are lower-case letters, digits, `_` and `-`',
  ],
);
expectProblems('a filter of a source', project(PROJECT.replace('{ kind: full }', '{ kind: null }')), [
  'E123 segsync.yaml:22:54 `eq` compares with nothing: null is no value | ask for missing values with `is_null: true`',
]);
expectProblems('.env, without showing it', { ...SHOP, '.env': 'A=1\nFOO BAR hunter2\nB="hunter2\n' }, [
  'E130 .env:2:1 line 2 of .env is not NAME=VALUE | comments begin with #; values may be quoted',
  'E130 .env:3:1 line 3 of .env is not NAME=VALUE | comments begin with #; values may be quoted',
]);
expectProblems(
  'variables',
  out(`type: file\ndirectory: \${var:aria}/\${env:}/\${var:x:-y}\ntargets: [pord]\n`),
  [
    `E109 destinations/out.yaml:2:12 \`\${env:}\` cannot be read as a reference | the forms are \${env:NAME}, \${env:NAME:-default} and \${var:NAME}`,
    `E109 destinations/out.yaml:2:12 \`\${var:x:-y}\` cannot be read as a reference | the forms are \${env:NAME}, \${env:NAME:-default} and \${var:NAME}`,
    'E110 destinations/out.yaml:3:11 there is no target `pord` | did you mean `prod`?',
  ],
);
expectProblems('a variable', out(`type: file\ndirectory: \${var:aria}\n`), [
  'E108 destinations/out.yaml:2:12 there is no variable `aria` in `vars:` | did you mean `area`?',
]);
expectProblems('variables that are a list', project(PROJECT.replace('vars: { area: eu }', 'vars: [eu]')), [
  'E108 destinations/out.yaml:2:12 there is no variable `area` in `vars:` | declare it under `vars:` in segsync.yaml',
  'E106 segsync.yaml:5:7 `vars` must be a mapping, but it is a list',
]);
expectProblems(
  'an unset variable of the target in use',
  SHOP,
  [
    `E107 segsync.yaml:8:32 the environment variable DATABASE_URL is not set | set it (a .env file beside segsync.yaml will do), or write a default: \${env:DATABASE_URL:-...}`,
    'E115 segsync.yaml:23:31 the target `prod` cannot read files, and `data/subscriptions.csv` is one | load the file into a table of the warehouse and name that',
  ],
  {},
  { target: 'prod' },
);
expectProblems(
  'a target that does not exist',
  SHOP,
  ['E609 - there is no target `prd` in this project | did you mean `prod`?'],
  {},
  { target: 'prd' },
);
expectProblems("a destination's unknown key", out('type: file\ndirektory: x\n'), [
  'E104 destinations/out.yaml:1:1 `directory` is missing',
  'E105 destinations/out.yaml:2:1 unknown key `direktory` | did you mean `directory`?',
]);
expectProblems('a destination without a type', out('directory: x\n'), [
  'E104 destinations/out.yaml:1:1 `type` is missing',
]);
expectProblems(
  "a webhook's options",
  hook('url: 5\nbatch_size: 0\nrate: 1/d\nheaders: {"a b": c}\nbatch: 1\n'),
  [
    'E106 destinations/hook.yaml:2:6 `url` must be text, but it is a number | write an address that starts with http:// or https://',
    'E106 destinations/hook.yaml:3:13 `batch_size` must be 1 or more',
    'E116 destinations/hook.yaml:4:7 `rate`: expected a rate such as `100/s`, `6000/m` or `1000/h`',
    'E116 destinations/hook.yaml:5:18 `headers.a b`: not a header name',
    'E105 destinations/hook.yaml:6:1 unknown key `batch` | known here: url, secret, headers, batch_size, concurrency, rate, timeout, allow_private_address',
  ],
);
expectProblems(
  'numbers that are no texts, or out of bounds',
  hook('url: https://x.example\nsecret: ""\ntimeout: 1\nconcurrency: 65\n'),
  [
    'E116 destinations/hook.yaml:3:9 `secret`: expected `whsec_` and 24 to 64 bytes in base64',
    'E106 destinations/hook.yaml:4:10 `timeout` must be text, but it is a number | write a duration from `1s` to `10m`',
    'E106 destinations/hook.yaml:5:14 `concurrency` must be 64 or less',
  ],
);
expectProblems('text that quotes would mend', out('type: file\ndirectory: 5\n'), [
  'E106 destinations/out.yaml:2:12 `directory` must be text, but it is a number | put it in quotes',
]);
expectProblems(
  'an address that is none of the warehouse’s',
  SHOP,
  [
    'E116 segsync.yaml:8:32 `targets.prod.url`: expected an address that starts with postgres:// or postgresql://',
  ],
  { DATABASE_URL: 'mysql://localhost/shop' },
);
expectProblems(
  'an address that is empty',
  SHOP,
  ['E116 segsync.yaml:8:32 `targets.prod.url`: must not be empty'],
  { DATABASE_URL: '' },
);
expectProblems('a webhook to a private address', hook('url: http://127.0.0.1/x\n'), [
  'E116 destinations/hook.yaml:2:6 `url`: this address is loopback, link-local or private; add `allow_private_address: true` if that is meant',
]);
expectProblems(
  'a webhook with unset variables',
  hook(`url: "\${env:HOOK}"\nsecret: "\${env:HOOK_SECRET}"\n`),
  [
    `E107 destinations/hook.yaml:2:6 the environment variable HOOK is not set | set it (a .env file beside segsync.yaml will do), or write a default: \${env:HOOK:-...}`,
    `E107 destinations/hook.yaml:3:9 the environment variable HOOK_SECRET is not set | set it (a .env file beside segsync.yaml will do), or write a default: \${env:HOOK_SECRET:-...}`,
  ],
);
expectProblems(
  "a destination's defaults",
  out('type: file\ndirectory: x\ndefaults: {mach: [email], tier: 5}\n'),
  [
    'E105 destinations/out.yaml:3:12 unknown key `mach` | did you mean `match`?',
    'E106 destinations/out.yaml:3:33 `defaults.tier` must be text, but it is a number | put it in quotes',
  ],
);
expectProblems('no project at all', { 'other/file.txt': 'x' }, [
  'E101 - no segsync.yaml in ROOT or a folder above it | a project begins with that file; name its folder with `--project-dir` if it is elsewhere',
]);
