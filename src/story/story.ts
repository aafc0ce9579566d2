/** A unit test of a segment: rows arrive, time passes, members are expected. */
import type { YamlNode } from '../config/node.ts';
import type { Place } from '../diagnostics/diagnostic.ts';
import type { Instant } from '../instant.ts';
import type { SqlType } from '../warehouse/dialect.ts';

export type Cell = Exclude<YamlNode, { kind: 'map' | 'list' }>;
export type GivenRow = ReadonlyMap<string, Cell>;

/** A change of one table, named as the project names it. */
export type Write =
  | { readonly kind: 'insert'; readonly table: string; readonly row: GivenRow }
  | { readonly kind: 'update'; readonly table: string; readonly where: GivenRow; readonly set: GivenRow }
  | { readonly kind: 'delete'; readonly table: string; readonly where: GivenRow };

export const EXPECTATIONS = ['members', 'in', 'out', 'enter', 'exit'] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

/** One tick. */
export interface StoryStep {
  readonly at: Instant;
  readonly writes: readonly Write[];
  readonly expect: ReadonlyMap<Expectation, readonly string[]>;
  readonly place: Place;
}

export interface Story {
  readonly segment: string;
  readonly name: string;
  readonly steps: readonly StoryStep[];
  /** Table -> column -> type, where the test says it. */
  readonly types: ReadonlyMap<string, ReadonlyMap<string, SqlType>>;
  readonly place: Place;
}

/** A difference between what a step expects and what it found. */
export interface Difference {
  readonly what: string;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

export interface Failure {
  readonly place: Place;
  /** How, a line each. */
  readonly lines: readonly string[];
}
