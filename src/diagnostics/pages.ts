/** The pages of all codes. Large, and imported only when one is asked for. */
import type { Code } from './codes.ts';
import type { Pages } from './page.ts';
import { ADVISE_PAGES } from './pages/advise.ts';
import { COMMAND_PAGES } from './pages/command.ts';
import { CONDITION_PAGES } from './pages/conditions.ts';
import { DELIVERY_PAGES } from './pages/delivery.ts';
import { DOUBT_PAGES } from './pages/doubts.ts';
import { FILE_PAGES } from './pages/files.ts';
import { FRESH_PAGES } from './pages/fresh.ts';
import { SCAFFOLD_PAGES } from './pages/scaffold.ts';
import { SEGMENT_PAGES } from './pages/segments.ts';
import { STATE_PAGES } from './pages/state.ts';
import { STORY_PAGES } from './pages/story.ts';
import { WAREHOUSE_PAGES } from './pages/warehouse.ts';

/** One for each code: a code without a page does not compile. */
export const PAGES: Pages<Code> = {
  ...FILE_PAGES,
  ...CONDITION_PAGES,
  ...SEGMENT_PAGES,
  ...DOUBT_PAGES,
  ...FRESH_PAGES,
  ...WAREHOUSE_PAGES,
  ...DELIVERY_PAGES,
  ...STATE_PAGES,
  ...COMMAND_PAGES,
  ...SCAFFOLD_PAGES,
  ...STORY_PAGES,
  ...ADVISE_PAGES,
};
