/** What identifies a segment's logic: a change of it means that everyone is evaluated anew. */
import { createHash } from 'node:crypto';
import type { Entity, Link, Project, Table } from '../config/project.ts';
import type { Damping } from './damping.ts';
import { relationId, withoutPlaces } from './reads.ts';
import type { Verdict } from './resolve.ts';

/** Raised whenever the compiler gives other members for the same text: then every segment is evaluated in full once. */
const COMPILE_VERSION = 1;

/**
 * Covers everything that can change the members: the condition with its references pasted in, the tables it reads,
 * how the verdict is damped, the time zone, the version of the compile rules. Not: name, description, owner, tags, tier, syncs.
 */
export function fingerprintOf(
  project: Project,
  entity: Entity,
  verdict: Verdict,
  { settle, stayAtLeast }: Damping = {},
): string {
  const logic = withoutPlaces({
    version: COMPILE_VERSION,
    timezone: project.timezone,
    entity: identity(entity, project.root),
    verdict: portable(verdict, project.root),
    ...(settle === undefined ? {} : { settle: settle.toString() }),
    ...(stayAtLeast === undefined ? {} : { stayAtLeast: stayAtLeast.toString() }),
  });
  return createHash('sha256').update(logic).digest('hex').slice(0, 32);
}

/** Tables by what they are, with paths of files relative, so that a checkout elsewhere has the same fingerprint. */
function portable(of: unknown, root: string): unknown {
  if (Array.isArray(of)) return of.map((each) => portable(each, root));
  if (of === null || typeof of !== 'object') return of;
  if ('relation' in of && 'key' in of) return identity(of as Table, root);
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, portable(value, root)]));
}

function identity(table: Table, root: string): unknown {
  const { relation, key, cursor, timezone, duplicates } = table;
  const source = table as Table & { time?: string; column?: string; through?: Link };
  return {
    relation: relationId(relation, root),
    key,
    cursor: cursor?.column,
    timezone,
    duplicates,
    time: source.time,
    column: source.column,
    ...(source.through ? { through: [identity(source.through, root), source.through.sourceKey] } : {}),
  };
}
