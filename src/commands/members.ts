/** `segsync members`: who is in a segment since its last committed tick, or whether one key is in it now. */
import { Option } from 'commander';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import { jsonText } from '../report/json.ts';
import { type MemberFormat, memberLines } from '../report/members.ts';
import type { Waits } from '../report/results.ts';
import { evaluateKey, streamMembers } from '../run/inspect.ts';
import { readInstant } from './instants.ts';
import { knownSegments, type Opened, openProject } from './open.ts';
import type { Invocation, Verb } from './verb.ts';

interface Options {
  format?: MemberFormat;
  key?: string;
  now?: string;
}

export const members: Verb<Options> = {
  declare(command) {
    command
      .argument('<segment>', 'its name')
      .optionsGroup('Options:')
      .addOption(
        new Option('--format <format>', 'how to print them; plain is a key a line').choices([
          'plain',
          'csv',
          'json',
        ]),
      )
      .option('--key <key>', 'evaluate this one key now, whatever the last tick found')
      .option('--now <instant>', 'with --key: at this instant instead of the warehouse’s clock')
      .addHelpText('after', '\nExample:\n  $ segsync members cart_abandoners --format csv > members.csv');
  },

  async run(invocation) {
    const opened = await openProject(invocation);
    const segment = invocation.operands[0]!;
    knownSegments(opened.project, [segment]);
    return invocation.options.key === undefined
      ? list(invocation, opened, segment)
      : one(invocation, opened, segment, invocation.options.key);
  },
};

async function list(
  { world, screen, options }: Invocation<Options>,
  { project, target }: Opened,
  segment: string,
): Promise<ExitCode> {
  const format = options.format ?? (screen.flags.json ? 'json' : 'plain');
  let isEmpty = true;
  const members = streamMembers(world, project, { target, segment });
  for await (const text of memberLines(
    format,
    segment,
    noticed(members, () => (isEmpty = false)),
  )) {
    screen.result(text);
    // `| head` has read enough: leaving the loop closes the warehouse, too.
    if (world.process.stdout.failure !== undefined) break;
  }
  if (isEmpty)
    screen.note(`${segment} has no members; \`segsync status\` tells when it was last evaluated.\n`);
  return EXIT.done;
}

async function* noticed<T>(all: AsyncIterable<T>, notice: () => void): AsyncIterable<T> {
  for await (const each of all) {
    notice();
    yield each;
  }
}

async function one(
  { world, screen, options }: Invocation<Options>,
  { project, target }: Opened,
  segment: string,
  key: string,
): Promise<ExitCode> {
  const now = readInstant('--now', options.now, project.timezone);
  const { member, waits } = await evaluateKey(world, project, { target, segment, key, now });
  const json = screen.flags.json || options.format === 'json';
  const text = `${key} is ${member ? '' : 'not '}in ${segment}${waits ? waitText(waits) : ''}\n`;
  screen.result(json ? jsonText({ version: 1, segment, key, member, ...(waits ? { waits } : {}) }) : text);
  return EXIT.done;
}

function waitText({ op, since, until }: Waits): string {
  const start = since === undefined ? ', and begins to wait' : '';
  return op === 'enter' ? `${start}: it enters not before ${until}` : `: it leaves not before ${until}`;
}
