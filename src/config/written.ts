/** A definition as people wrote it, in one form: what a plan sets side by side when it has changed. */
import { stringify } from 'yaml';
import { without, type YamlMap, type YamlNode } from './node.ts';
import type { Segment, Sync } from './project.ts';

/** Syncs have texts of their own; the name is the text's own key. */
const APART = ['name', 'was', 'sync', 'tests'];

/** Where these stand in a file says nothing; all others follow as they are written. */
const FIRST = ['description', 'owner', 'tags', 'entity', 'tier', 'where', 'query'];

/** The YAML of a segment's file, without comments and without what is no part of the segment itself. References stay as they are written. */
export function segmentText({ written }: Pick<Segment, 'written'>): string | undefined {
  return (
    written &&
    stringify(plain(inOrder(without(written, APART))), { lineWidth: 0, aliasDuplicateObjects: false })
  );
}

/**
 * The YAML of one entry of a segment's `sync:`, and of its destination's `defaults:`. References stay as they are written:
 * what comes out of the environment is nobody's to read here.
 */
export function syncText({
  written,
  destination,
}: Pick<Sync, 'written' | 'destination'>): string | undefined {
  if (!written) return undefined;
  const { entry, defaults } = written;
  const own = plain(entry) as Record<string, unknown>;
  const shared = defaults ? { [`defaults of ${destination}`]: plain(defaults) } : {};
  return stringify({ ...own, ...shared }, { lineWidth: 0, aliasDuplicateObjects: false });
}

function inOrder(map: YamlMap): YamlMap {
  const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  return { ...map, entries: new Map([...map.entries].sort(([a], [b]) => rank(a) - rank(b))) };
}

/** As `toValue`, but whole numbers of any size stay exact. */
function plain(node: YamlNode): unknown {
  switch (node.kind) {
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.value)]));
    case 'list':
      return node.items.map(plain);
    case 'text':
      return node.text;
    case 'number':
      return /^-?\d+$/.test(node.source) ? BigInt(node.source) : node.number;
    case 'boolean':
      return node.value;
    case 'null':
      return null;
  }
}
