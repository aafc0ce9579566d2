/**
 * `npm run conformance -- --target NAME`: the conformance checks in a warehouse of one's own. By plain Node and not by
 * the test runner, so that Ctrl-C, the exit code and what is printed are the program's own.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileTests, REPOSITORY } from './compile-tests.mjs';

const folder = await compileTests();
const { main } = await import(pathToFileURL(join(folder, 'test/conformance/live/main.js')).href);
// The clients' own connections and timers may outlast their sessions.
process.exit(await main(process.argv.slice(2), REPOSITORY));
