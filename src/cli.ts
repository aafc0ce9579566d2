#!/usr/bin/env node
/** argv -> one lazily imported command -> exit code. */
import { readVersion } from './version.ts';
import { realWorld } from './world.ts';

const world = realWorld();
const [first] = world.process.arguments;

if (first === '--version' || first === '-V') {
  // Answered before anything else is imported: scripts ask for the version at every start.
  world.process.stdout.write(`${await readVersion(world)}\n`);
  world.process.exit(0);
}

const { main } = await import('./commands/main.ts');
world.process.exit(await main(world));
