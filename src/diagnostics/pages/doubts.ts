/** W2xx: what a segment says and can hardly mean. */
import type { Pages } from '../page.ts';
import { project, segment, where } from './little-shop.ts';

type Codes = 'W150' | 'W151' | 'W201' | 'W202' | 'W203' | 'W204' | 'W205' | 'W206' | 'W207';

const SLOW_ORDERS = project('cursor: loaded_at', 'cursor: { column: loaded_at, overlap: 2h }');
const UPLOADED = (tier: string) => ({
  'segments/uploaded.yaml': `entity: customer\ntier: ${tier}\nquery: SELECT customer_id FROM shop.tickets\n`,
  ...segment('entity: customer\ntier: hourly\nwhere:\n  segment: uploaded\n'),
});

export const DOUBT_PAGES: Pages<Codes> = {
  W150: {
    title: '`settle` only waits for the next evaluation',
    when: 'A segment says `settle` with less time than passes between two evaluations of its tier. Its condition is looked at when it is evaluated, and not in between: whoever is to enter waits for the next evaluation, however short the time.',
    mend: 'Say a longer time than the tier’s `every`, or give the segment a faster tier.',
    wrong: { files: segment('entity: customer\ntier: hourly\nsettle: 5m\nwhere:\n  did: orders\n') },
    right: { files: segment('entity: customer\ntier: frequent\nsettle: 15m\nwhere:\n  did: orders\n') },
  },
  W151: {
    title: '`stay_at_least` has no effect',
    when: 'A segment says `stay_at_least` with less time than passes between two evaluations of its tier. Nobody leaves but at an evaluation, so every member stays that long anyway.',
    mend: 'Say a longer time than the tier’s `every`, or take the key out.',
    wrong: { files: segment('entity: customer\ntier: hourly\nstay_at_least: 30m\nwhere:\n  did: orders\n') },
    right: { files: segment('entity: customer\ntier: hourly\nstay_at_least: 6h\nwhere:\n  did: orders\n') },
  },
  W201: {
    title: 'the window is shorter than rows may be late',
    when: 'A source says by its `overlap` how late rows may show. A window that is shorter can be over before a late row is seen: nobody enters by it.',
    mend: 'Widen the window, or shorten `overlap` if rows never show so late.',
    wrong: { files: { ...SLOW_ORDERS, ...where('did: orders\nwithin: 30m') } },
    right: { files: { ...SLOW_ORDERS, ...where('did: orders\nwithin: 3h') } },
  },
  W202: {
    title: 'the segment can never have a member',
    when: 'The conditions contradict each other, whatever the data: more than 5 and less than 5, did and did not.',
    mend: 'Mend the condition that is marked; the message names the other one. `any` may have been meant.',
    wrong: { files: where('all:\n  - { trait: points, gt: 5 }\n  - { trait: points, lt: 5 }') },
    right: { files: where('any:\n  - { trait: points, gt: 5 }\n  - { trait: points, lt: 5 }') },
  },
  W203: {
    title: 'the segment holds for everybody',
    when: 'The condition is true for each customer, whatever the data.',
    mend: 'Mend it; or, if everybody is meant, say so by the key: `{ trait: customer_id, is_null: false }`.',
    wrong: { files: where('did: orders\ncount: { gte: 0 }') },
    right: { files: where('did: orders\ncount: { gte: 1 }') },
  },
  W204: {
    title: 'a part of the condition changes nothing',
    when: 'A part under `any` can never be true, or a part under `all` is always true. The segment is the same without it.',
    mend: 'Mend the part, or take it out.',
    wrong: { files: where('all:\n  - did: orders\n  - { share: { of: news, below: 100% } }') },
    right: { files: where('all:\n  - did: orders\n  - { share: { of: news, below: 50% } }') },
  },
  W205: {
    title: 'a segment refers to a slower one',
    when: 'A `query:` segment counts as it was at its own last tick. The segment that refers to it ticks more often, and so sees an old answer for most of the time.',
    mend: 'Give both the same tier.',
    wrong: { files: UPLOADED('daily') },
    right: { files: UPLOADED('hourly') },
  },
  W206: {
    title: '`older_than` on rows holds for more people than it seems',
    when: '`did: x` with `older_than: 30d` is true for whoever did it 30 days ago or earlier, also for those who did it again yesterday.',
    mend: 'If their last time is meant: did it, and did not within 30 days. If any time is meant, say `count: { gte: 1 }` beside it.',
    wrong: { files: where('did: orders\nolder_than: 30d') },
    right: { files: where('all:\n  - did: orders\n  - did_not: orders\n    within: 30d') },
  },
  W207: {
    title: 'a column cannot serve as a cursor',
    when: 'The cursor of a table is of a type that does not grow: text, say. The table is read as a whole at every tick.',
    mend: 'Name a time stamp, a date or a whole number that grows whenever a row is added or changed.',
    wrong: {
      files: {
        ...project('key: customer_id, cursor: updated_at }', 'key: customer_id, cursor: status }'),
        ...where('has: tickets'),
      },
      commands: ['segsync validate --connect'],
    },
    right: { files: where('has: tickets'), commands: ['segsync validate --connect'] },
  },
};
