/** Who holds a lease: `host:pid:uuid`. */
import type { World } from '../world.ts';

/** This process, told apart from every other and from its own earlier runs. */
export function newOwner(world: World): string {
  return `${world.process.host}:${world.process.id}:${world.random.uuid()}`;
}

/**
 * True when the holder is surely gone: its process on this host has ended or, where only one process can have the
 * warehouse open, it is not this process.
 */
export function isDead(owner: string, world: World, singleProcess: boolean): boolean {
  const match = /^(.*):(\d+):[^:]*$/.exec(owner);
  if (!match) return false;
  const id = Number(match[2]);
  const sameHost = match[1] === world.process.host;
  if (sameHost && id === world.process.id) return false;
  return singleProcess || (sameHost && !world.process.isAlive(id));
}

/** The process of an owner: several runs of one process are several owners. */
export function processOf(owner: string): string {
  return owner.slice(0, owner.lastIndexOf(':'));
}
