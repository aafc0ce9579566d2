/** What a new project is to be like. */
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { SampleDestination } from './destination.ts';
import type { NewEntity } from './entity.ts';
import type { NewSegment } from './segments.ts';

export interface NewProject {
  readonly name: string;
  readonly timezone: string;
  readonly warehouse: Warehouse;
  /** The warehouse makes a shop of its own. */
  readonly isSample: boolean;
  readonly entities: readonly NewEntity[];
  readonly segments: readonly NewSegment[];
  readonly destination: SampleDestination;
  /** Lines for people above `entities:`. */
  readonly notes: readonly string[];
}

/** A target's options: those of the shop that it makes, or the usual ones. */
export function targetOptions({ warehouse, isSample }: NewProject): Readonly<Record<string, string>> {
  return isSample ? warehouse.sample!.options : warehouse.usual;
}
