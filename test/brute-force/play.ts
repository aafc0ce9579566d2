/** What happens in the shop: rows written before the first tick and between ticks. */
import type { Segment, Sync } from '../../src/config/project.ts';
import type { Instant } from '../../src/instant.ts';
import type { Shop, TableName } from './shop.ts';
import type { Row } from './tables.ts';

/** A row added, or put in the place of the one with its `row_id`. */
export interface Write {
  readonly table: TableName;
  readonly row: Row;
  readonly added: boolean;
  /** The row is deleted. */
  readonly gone?: true;
}

/** Rows written, then a tick of some segments. */
export interface Step {
  readonly writes: readonly Write[];
  readonly now: Instant;
  readonly segments: readonly string[];
  /** Everyone is evaluated. */
  readonly full?: true;
}

/** A whole random history, made of one seed. The first step's writes are the initial load. */
export interface Play {
  readonly seed: number;
  readonly shop: Shop;
  readonly segments: ReadonlyMap<string, Segment>;
  readonly syncs: ReadonlyMap<string, Sync>;
  readonly steps: readonly Step[];
}
