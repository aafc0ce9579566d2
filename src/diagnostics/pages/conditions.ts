/** E117 to E137 and W1xx: syncs, values and conditions that can be read but not be meant. */
import type { Files, Pages } from '../page.ts';
import { destination, project, segment, sync, where } from './little-shop.ts';

type Codes =
  | 'E117'
  | 'E118'
  | 'E119'
  | 'E120'
  | 'E121'
  | 'E122'
  | 'E123'
  | 'E124'
  | 'E125'
  | 'E126'
  | 'E127'
  | 'E128'
  | 'E129'
  | 'E130'
  | 'E131'
  | 'E132'
  | 'E133'
  | 'E134'
  | 'E135'
  | 'E136'
  | 'E137'
  | 'E150'
  | 'W101'
  | 'W102'
  | 'W157'
  | 'W159';

const ADS = 'type: meta\naccount_id: "123456"\naccess_token: "${env:META_TOKEN:-x}"\n';
const LATE_FEED = 'type: bigquery, project: shop, location: EU';

function onSlowOne(): Files {
  return project('type: duckdb, path: data.duckdb, init: shop.sql', LATE_FEED);
}

function tuned(tier: string): Files {
  return project('entities:', `tiers:\n  ${tier}: { every: 5s }\nentities:`);
}

const WITH_PHONE = project(
  '    sources:\n',
  '      phone: { trait: phone, kind: phone, default_country: DE }\n    sources:\n',
);

export const CONDITION_PAGES: Pages<Codes> = {
  E117: {
    title: 'a sync is faster than its segment',
    when: 'A sync asks for a tier with a shorter cadence than its segment’s. Between two ticks of the segment there is nothing new to send.',
    mend: 'Give the segment the faster tier, or take the sync’s tier out.',
    wrong: {
      files: segment(
        'entity: customer\ntier: daily\nwhere:\n  did: orders\nsync:\n  - to: files\n    tier: hourly\n',
      ),
    },
    right: {
      files: segment(
        'entity: customer\ntier: hourly\nwhere:\n  did: orders\nsync:\n  - to: files\n    tier: daily\n',
      ),
    },
  },
  E118: {
    title: 'two syncs fill one audience',
    when: 'Two syncs send to the same audience of the same destination. Each would remove whom the other adds.',
    mend: 'Give one of them another `audience:`. If both really are to add to one audience, say `shared: true` in both.',
    wrong: {
      files: segment(
        'entity: customer\nwhere:\n  did: orders\nsync:\n  - to: files\n  - to: files\n    name: again\n',
      ),
    },
    right: {
      files: segment(
        'entity: customer\nwhere:\n  did: orders\nsync:\n  - to: files\n  - to: files\n    name: again\n    audience: buyers_again\n',
      ),
    },
  },
  E119: {
    title: 'a destination does not say which targets may send to it',
    when: 'A destination that reaches real people has no `targets:`. Without it, a run on a laptop would send to the same people as production.',
    mend: 'List the targets whose runs may send: `targets: [prod]`. On other targets the sync is planned and not sent.',
    wrong: { files: { 'destinations/ads.yaml': ADS } },
    right: { files: { 'destinations/ads.yaml': `${ADS}targets: [dev]\n` } },
  },
  E120: {
    title: 'a sync has no `match`',
    when: 'The destination knows people by identifiers only, and neither the sync nor the destination’s `defaults:` names any.',
    mend: 'Name identifiers of the entity: `match: [email]`.',
    wrong: { files: { 'destinations/ads.yaml': `${ADS}targets: [dev]\n`, ...sync('to: ads') } },
    right: {
      files: { 'destinations/ads.yaml': `${ADS}targets: [dev]\n`, ...sync('to: ads\nmatch: [email]') },
    },
  },
  E121: {
    title: 'text holds what no warehouse can store',
    when: 'A text holds a NUL character or half of a character (a lone surrogate), written as an escape.',
    mend: 'Take it out, or write the whole character.',
    wrong: { files: where('trait: plan\neq: "fr\\0ee"') },
    right: { files: where('trait: plan\neq: "free"') },
  },
  E122: {
    title: 'a number cannot be compared with',
    when: 'A number is infinite, no number at all, too large, or written in a way that YAML reads otherwise than it looks.',
    mend: 'Write a decimal number.',
    wrong: { files: where('trait: points\ngt: .inf') },
    right: { files: where('trait: points\ngt: 1000') },
  },
  E123: {
    title: 'a comparison with nothing',
    when: 'An operator has `null` or nothing for its value. An unknown comparison is false for everybody, so it can hardly be meant.',
    mend: 'Ask for missing values with `is_null: true`, or write the value.',
    wrong: { files: where('trait: plan\neq: null') },
    right: { files: where('trait: plan\nis_null: true') },
  },
  E124: {
    title: 'the source does not say when its rows happened',
    when: 'A window, a sequence, `first` or `last` needs the time of a row, and the source has no `time:`.',
    mend: 'Declare `time: COLUMN` in the source, or take the window out.',
    wrong: { files: where('has: tickets\nwithin: 30d') },
    right: { files: where('did: orders\nwithin: 30d') },
  },
  E125: {
    title: 'this is no condition',
    when: 'A mapping stands where a condition belongs and begins with none of the words of a condition.',
    mend: 'Begin with one of `all`, `any`, `not`, `trait`, `did`, `did_not`, `has`, `has_no`, `measure`, `sequence`, `segment`, `sql`, `share`.',
    wrong: { files: where('dit: orders') },
    right: { files: where('did: orders') },
  },
  E126: {
    title: 'two keys exclude each other',
    when: 'Two keys stand together of which only one can be meant: two conditions in one mapping, two windows, `table` and `query`.',
    mend: 'Keep one of them. Several conditions are a list under `all:` or `any:`.',
    wrong: { files: where('trait: points\ngt: 5\ndid: orders') },
    right: { files: where('all:\n  - trait: points\n    gt: 5\n  - did: orders') },
  },
  E127: {
    title: 'there is nothing to compare with',
    when: 'A trait, a column or a measure is named without an operator.',
    mend: 'Add one operator, such as `eq`, `gt` or `is_null`.',
    wrong: { files: where('trait: points') },
    right: { files: where('trait: points\ngt: 5') },
  },
  E128: {
    title: 'the window is empty',
    when: 'In `between: {from, to}`, `from` does not lie further back than `to`. No row can be in such a window.',
    mend: 'Exchange the two: `from` is the older edge.',
    wrong: { files: where('did: orders\nbetween: { from: 7d, to: 14d }') },
    right: { files: where('did: orders\nbetween: { from: 14d, to: 7d }') },
  },
  E129: {
    title: 'a segment of another entity',
    when: 'A condition refers to a segment over another entity: a set of accounts says nothing about a customer.',
    mend: 'Refer to a segment of the same entity, or reach the other rows by a source.',
    wrong: {
      files: {
        ...project(
          'entities:\n',
          'entities:\n  account: { table: shop.accounts, key: id, cursor: updated_at }\n',
        ),
        'segments/rich.yaml': 'entity: account\nwhere:\n  trait: plan\n  eq: large\n',
        ...where('segment: rich'),
      },
    },
    right: {
      files: {
        'segments/rich.yaml': 'entity: customer\nwhere:\n  trait: plan\n  eq: large\n',
        ...where('segment: rich'),
      },
    },
  },
  E130: {
    title: 'a line of .env cannot be read',
    when: 'A line of the `.env` file beside `segsync.yaml` is not `NAME=VALUE`. The line is not shown, for it may hold a secret.',
    mend: 'Write `NAME=VALUE`. Comments begin with `#`; values may be in quotes, which must be closed.',
    wrong: { files: { '.env': 'DATABASE_URL postgres://localhost/shop\n' } },
    right: { files: { '.env': 'DATABASE_URL=postgres://localhost/shop\n' } },
  },
  E131: {
    title: 'a group without conditions',
    when: '`all`, `any` or `where` has an empty list or mapping. Whether that means everybody or nobody is not for a program to guess.',
    mend: 'Write a condition, or take the group out.',
    wrong: { files: where('all: []') },
    right: { files: where('all:\n  - did: orders') },
  },
  E132: {
    title: 'a step of a sequence cannot stand here',
    when: 'A sequence begins with a `did` step; a `not` stands between two of them or at the end; `for` belongs to a `not` at the end.',
    mend: 'Follow the hint. A step is `{did, where?, within?}` or `{not: {did, where?}}`.',
    wrong: { files: where('sequence:\n  - not: { did: orders }\n  - did: orders') },
    right: { files: where('sequence:\n  - did: orders\n  - not: { did: orders }\n    for: 7d') },
  },
  E133: {
    title: 'an identifier may not go to this destination',
    when: 'The destination’s `allow:` lists the identifiers that may ever go there. A sync would send another one, as an identifier or in a field.',
    mend: 'Take it out of the sync, or add it to `allow:` if the owner of the data agrees.',
    wrong: {
      files: {
        ...WITH_PHONE,
        ...destination('type: file\ndirectory: out\nallow: [phone]\n'),
        ...sync('to: files\nmatch: [email]'),
      },
    },
    right: {
      files: {
        ...WITH_PHONE,
        ...destination('type: file\ndirectory: out\nallow: [email]\n'),
        ...sync('to: files\nmatch: [email]'),
      },
    },
  },
  E134: {
    title: 'a field changes though no row does',
    when: 'A field is computed by an `sql:` that depends on the clock, on chance or on the session. segsync sends a field again when a row changes; this one would grow old unseen.',
    mend: 'Compute it from the columns of the entity’s row alone, or keep it in a table and use a trait.',
    wrong: {
      files: sync('to: files\nfields: { days: { sql: "date_diff(\'day\', entity.updated_at, now())" } }'),
    },
    right: { files: sync('to: files\nfields: { since: updated_at }') },
  },
  E135: {
    title: 'the destination does not do this',
    when: 'A sync asks for what its destination cannot do: to match by an identifier of a kind that it does not know, to take fields, to tell who is in an audience.',
    mend: 'Take it out of the sync. `segsync destinations TYPE` says what a type takes.',
    wrong: {
      files: {
        'destinations/ads.yaml': `${ADS}targets: [dev]\n`,
        ...sync('to: ads\nmatch: [email]\nfields: { plan: plan }'),
      },
    },
    right: {
      files: { 'destinations/ads.yaml': `${ADS}targets: [dev]\n`, ...sync('to: ads\nmatch: [email]') },
    },
  },
  E136: {
    title: 'the target has no change feeds',
    when: 'A table says `change_feed: true`, and the warehouse of this target does not offer any.',
    mend: 'Leave it out and declare a cursor. `reconcile:` finds what a cursor does not show.',
    wrong: { files: project('    cursor: updated_at\n', '    change_feed: true\n') },
    right: { files: project('    cursor: updated_at\n', '    cursor: updated_at\n') },
  },
  E137: {
    title: 'a late change feed needs a cursor beside it',
    when: 'The change feeds of this warehouse show changes only after a while. A table with such a feed and without a cursor would be seen too late.',
    mend: 'Declare a `cursor:` besides, or `append_only: true` where rows are never changed nor deleted.',
    wrong: {
      files: {
        'segsync.yaml': `version: 1\nproject: little_shop\ntargets:\n  dev: { ${LATE_FEED} }\nentities:\n  customer: { table: shop.customers, key: id, change_feed: true }\n`,
        ...where('trait: plan\neq: free'),
      },
    },
    right: {
      files: {
        'segsync.yaml': `version: 1\nproject: little_shop\ntargets:\n  dev: { ${LATE_FEED} }\nentities:\n  customer: { table: shop.customers, key: id, cursor: updated_at, change_feed: true }\n`,
        ...where('trait: plan\neq: free'),
      },
    },
  },
  E150: {
    title: 'a reference to a damped query',
    when: 'A segment refers to a `query:` segment that says `settle` or `stay_at_least`. A reference is to whom a segment holds for, and of a `query:` segment nothing is known but its members, as of its last evaluation: these come late and stay on.',
    mend: 'Keep the query in a segment without the two keys, and let both the damped segment and the other one refer to it.',
    wrong: {
      files: {
        'segments/uploaded.yaml':
          'entity: customer\nsettle: 2d\nquery: SELECT customer_id FROM shop.tickets\n',
        ...where('segment: uploaded'),
      },
    },
    right: {
      files: {
        'segments/uploaded.yaml': 'entity: customer\nquery: SELECT customer_id FROM shop.tickets\n',
        'segments/steadily_uploaded.yaml': 'entity: customer\nsettle: 2d\nwhere:\n  segment: uploaded\n',
        ...where('segment: uploaded'),
      },
    },
  },
  W101: {
    title: '`${NAME}` is sent as it is written',
    when: 'Text holds `${NAME}` without `env:` or `var:`. segsync leaves it alone, for some tools have templates of that form.',
    mend: 'If the environment variable is meant, write `${env:NAME}`. Otherwise leave it: it is only a warning.',
    wrong: { files: destination('type: file\ndirectory: "${OUT}"\n') },
    right: { files: destination('type: file\ndirectory: "${env:OUT:-out}"\n') },
  },
  W157: {
    title: 'a tier is faster than the warehouse bears',
    when: 'A warehouse says which cadence it bears: where each look is billed, or takes seconds by itself, that is a minute. A faster tier runs at that cadence there, and its promise is twice as long as that, or what was promised if that is longer.',
    mend: 'Give the segments a slower tier, or the tier an `every` that the warehouse bears. Nothing has to be done: it runs.',
    wrong: {
      files: { ...onSlowOne(), ...segment('entity: customer\ntier: realtime\nwhere:\n  did: orders\n') },
    },
    right: {
      files: { ...onSlowOne(), ...segment('entity: customer\ntier: frequent\nwhere:\n  did: orders\n') },
    },
  },
  W159: {
    title: 'a tier that nothing runs in',
    when: 'The project declares a tier that no segment and no sync names. A misspelt built-in one makes another tier, and the built-in one stays as it is.',
    mend: 'Name the tier where it is meant, or remove it. Nothing has to be done: it costs nothing.',
    wrong: {
      files: { ...tuned('realtme'), ...segment('entity: customer\ntier: realtime\nwhere:\n  did: orders\n') },
    },
    right: {
      files: {
        ...tuned('realtime'),
        ...segment('entity: customer\ntier: realtime\nwhere:\n  did: orders\n'),
      },
    },
  },
  W102: {
    title: 'a secret stands in the file',
    when: 'An option that is a secret (a token, a password, a key) is written out in a file that belongs in git.',
    mend: 'Move it into the environment: `"${env:NAME}"`. A secret that was committed is known: replace it.',
    wrong: {
      files: {
        'destinations/ads.yaml': 'type: meta\ntargets: [dev]\naccount_id: "123456"\naccess_token: abc123\n',
      },
    },
    right: { files: { 'destinations/ads.yaml': `${ADS}targets: [dev]\n` } },
  },
};
