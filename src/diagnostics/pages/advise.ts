/** E65x: advice on tiers. */
import type { Pages } from '../page.ts';
import { project, segment } from './little-shop.ts';

const CURSOR = 'cursor: loaded_at }';
const LATELY = 'segsync advise --over 1d --now 2026-01-02T00:00:00Z';
const ADDED_TO = project(CURSOR, 'cursor: loaded_at, append_only: true }');

export const ADVISE_PAGES: Pages<'E650' | 'W650' | 'W651'> = {
  E650: {
    title: 'the past ends at the warehouse’s clock',
    when: '`advise` was asked to look back from an instant that the warehouse’s clock has not reached.',
    mend: 'Leave `--now` out, or give an instant of the past.',
    wrong: { commands: ['segsync advise --now 2099-01-01T00:00:00Z'] },
    right: { commands: ['segsync advise --now 2026-01-02T00:00:00Z'] },
  },
  W650: {
    title: 'the past of a table begins within the span',
    when: 'The first row of a source became visible after the instant from which `advise` looks back. Either there was nothing before, or the table was loaded then: a load looks like many changes at once.',
    mend: 'Look back less far by `--over`, to after the load.',
    wrong: { files: ADDED_TO, commands: ['segsync advise --over 30d --now 2026-01-02T00:00:00Z'] },
    right: { files: ADDED_TO, commands: [LATELY] },
  },
  W651: {
    title: 'advice does not know of stable edges',
    when: 'The segment says `settle` or `stay_at_least`. `advise` replays its condition, and neither of them: what it calls wrong is what lies between the condition and a tier’s ticks.',
    mend: 'Nothing has to be done: read the figures as those of the condition. Choose a tier, then damp it.',
    wrong: {
      files: { ...ADDED_TO, ...segment('entity: customer\nsettle: 2d\nwhere:\n  did: orders\n') },
      commands: [LATELY],
    },
    right: { files: ADDED_TO, commands: [LATELY] },
  },
};
