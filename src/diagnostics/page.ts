/** What the page of a diagnostic says: when it occurs, how to mend it, and an example of each. */
import type { Code, Parameters } from './codes.ts';

/** Paths of a small project -> their texts. */
export type Files = Readonly<Record<string, string>>;

/** Files laid over the little shop, and what is typed there: a test plays it with the program itself. */
export interface Played {
  readonly files?: Files;
  /** The last one is what the example shows; by default `segsync validate`. */
  readonly commands?: readonly string[];
}

/** What needs more than a folder of files (a server, a vendor, a second process), and the parameters it comes with. */
export interface Told<C extends Code> {
  readonly situation: string;
  readonly command: string;
  readonly with: Parameters<C>;
}

/** The commands or statements that mend a situation. */
export interface Way {
  readonly situation: string;
  readonly commands: readonly string[];
}

export interface Page<C extends Code> {
  readonly title: string;
  /** When it occurs. */
  readonly when: string;
  readonly mend: string;
  readonly wrong: Played | Told<C>;
  readonly right: Played | Way;
}

/** A page for each code of an area: a code without one does not compile. */
export type Pages<C extends Code> = { readonly [K in C]: Page<K> };
