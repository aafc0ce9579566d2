/** Which source a condition means by a name. */

import { nearest } from '../diagnostics/suggest.ts';
import type { Entity, Source } from './project.ts';

export type FoundSource =
  | { readonly source: Source /** Of a `split:` source: the value that is meant. */; readonly value?: string }
  | { readonly suggestion?: string }
  /** What it may have meant, where it may be a value of several sources. */
  | { readonly splits: readonly string[] };

/**
 * `orders`: the source declared so; `product_viewed`: a value of the entity's only `split:` source;
 * `events.product_viewed`: a value of the split source named. Else the nearest name there is.
 */
export function findSource(entity: Entity, name: string): FoundSource {
  const declared = entity.sources.get(name);
  if (declared) return { source: declared };
  const splits = [...entity.sources.values()].filter((source) => source.split !== undefined);
  const dotted = splits.find((source) => name.startsWith(`${source.name}.`));
  if (dotted) return { source: dotted, value: name.slice(dotted.name.length + 1) };
  const [only, second] = splits;
  if (only && !second && name !== '') return { source: only, value: name };
  if (second && !name.includes('.')) return { splits: splits.map((source) => `${source.name}.${name}`) };
  return { suggestion: nearest(name, entity.sources.keys()) };
}
