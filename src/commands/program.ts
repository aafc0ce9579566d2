/** The verbs there are, and how what was typed becomes one of them. */
import { Command } from 'commander';
import type { ExitCode } from '../diagnostics/exit.ts';
import type { Screen } from '../report/screen.ts';
import { readVersion } from '../version.ts';
import type { World } from '../world.ts';
import { Misuse } from './failure.ts';
import { declareGlobals, readGlobals } from './globals.ts';
import type { Verb } from './verb.ts';

interface Entry {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  /** For programs, not for people. */
  readonly hidden?: boolean;
  load(): Promise<Verb<never>>;
}

const VERBS: readonly Entry[] = [
  {
    name: 'init',
    group: 'To begin with:',
    summary: 'write a project that runs at once',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'plan',
    group: 'Every day:',
    summary: 'show what a run would do, and change nothing',
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'run',
    group: 'Every day:',
    summary: 'evaluate what is due and send the changes',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'validate',
    group: 'While writing segments:',
    summary: 'check the whole project without a connection',
    load: async () => (await import('./validate.ts')).validate,
  },
  {
    name: 'compile',
    group: 'While writing segments:',
    summary: 'print the SQL of segments, with its reasons',
    load: async () => (await import('./compile.ts')).compile,
  },
  {
    name: 'test',
    group: 'While writing segments:',
    summary: 'run the tests beside segments, on a database in memory',
    load: async () => (await import('./test.ts')).test,
  },
  {
    name: 'destinations',
    group: 'While writing segments:',
    summary: 'list the types of destination, or tell of one',
    load: async () => (await import('./destinations.ts')).destinations,
  },
  {
    name: 'schema',
    group: 'While writing segments:',
    summary: 'print the JSON Schemas of project files, for editors',
    load: async () => (await import('./schema.ts')).schema,
  },
  {
    name: 'members',
    group: 'Looking closer:',
    summary: 'print who is in a segment, or whether one key is',
    load: async () => (await import('./members.ts')).members,
  },
  {
    name: 'explain',
    group: 'Looking closer:',
    summary: 'show why one person is in a segment or not; or explain a diagnostic',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'advise',
    group: 'Looking closer:',
    summary: 'tell from the past which tier each segment needs',
    load: async () => (await import('./advise.ts')).advise,
  },
  {
    name: 'status',
    group: 'Looking after it:',
    summary: 'show how fresh everything is, and what needs somebody',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'history',
    group: 'Looking after it:',
    summary: 'show what past runs did, or how a segment grew',
    load: async () => (await import('./history.ts')).history,
  },
  {
    name: 'doctor',
    group: 'Looking after it:',
    summary: 'check the warehouse and the credentials of every destination',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'pause',
    group: 'Looking after it:',
    summary: 'send nothing for some syncs until they are resumed',
    load: async () => (await import('./pause.ts')).pause,
  },
  {
    name: 'resume',
    group: 'Looking after it:',
    summary: 'take paused syncs on again, or lift their guards once',
    load: async () => (await import('./resume.ts')).resume,
  },
  {
    name: 'retry',
    group: 'Looking after it:',
    summary: 'have rejected rows tried again',
    load: async () => (await import('./retry.ts')).retry,
  },
  {
    name: 'forget',
    group: 'Looking after it:',
    summary: 'remove one person everywhere, then from the state',
    load: async () => (await import('./forget.ts')).forget,
  },
  {
    name: 'completion',
    group: 'Looking after it:',
    summary: 'print what makes a shell complete commands and names',
    load: async () => (await import('./completion.ts')).completion,
  },
  {
    name: 'complete',
    group: 'Looking after it:',
    summary: 'answer a shell that completes a word',
    hidden: true,
    load: async () => (await import('./complete.ts')).complete,
  },
];

/**
 * Parses what was typed and runs the verb it names. Throws `Misuse` for wrong usage (and after help was
 * printed), and what the verb throws.
 */
export async function runProgram(world: World, screen: Screen): Promise<ExitCode> {
  const program = await namedProgram(world);
  const loaded = new Map<string, Verb<never>>();
  let exit: ExitCode = 0;
  for (const command of program.commands) {
    const name = command.name();
    command.action(async () => {
      const globals = readGlobals(world, program.opts(), command.opts());
      const options = command.opts() as never;
      exit = await loaded.get(name)!.run({ world, screen, globals, options, operands: command.args });
    });
  }
  program.hook('preSubcommand', async (_, command) => {
    loaded.set(command.name(), await declareVerb(command));
  });
  await program.parseAsync(asTyped(world.process.arguments), { from: 'user' });
  return exit;
}

/** The program with all its commands; of `verb` the options and arguments, too. Nothing is parsed. */
export async function declaredProgram(world: World, verb?: string): Promise<Command> {
  const program = await namedProgram(world);
  const command = program.commands.find((each) => each.name() === verb);
  if (command) await declareVerb(command);
  return program;
}

/** The program with its commands by name; none has its options yet. */
async function namedProgram(world: World): Promise<Command> {
  const program = await emptyProgram(world);
  for (const { name, group, summary, hidden = false } of VERBS) {
    const command = program.command(name, { hidden }).description(summary).helpGroup(group);
    tame(command, `segsync ${name}`, world);
    command.helpOption('-h, --help', 'print this help').allowExcessArguments(false);
  }
  return program;
}

async function emptyProgram(world: World): Promise<Command> {
  const program = new Command('segsync')
    .description('Keep audiences in marketing tools equal to segments defined over your own warehouse.')
    .version(await readVersion(world), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText('after', HELP_END);
  tame(program, 'segsync', world);
  declareGlobals(program, 'before verb');
  return program;
}

/** Imports a verb's file, and declares its options, only now that it is the one that was typed. */
async function declareVerb(command: Command): Promise<Verb<never>> {
  const verb = await VERBS.find(({ name }) => name === command.name())!.load();
  verb.declare(command);
  declareGlobals(command, 'after verb');
  return verb;
}

const HELP_END = `
\`segsync COMMAND --help\` explains one of them.

Example:
  $ segsync plan --target prod      # then: segsync run --target prod`;

/** `segsync` alone asks for help, and `help run` is another way to say `run --help`. */
function asTyped(args: readonly string[]): string[] {
  if (args.length === 0) return ['--help'];
  return args[0] === 'help' ? [...args.slice(1), '--help'] : [...args];
}

/** Throws instead of exiting, and prints nothing but the help that was asked for. */
function tame(command: Command, name: string, world: World): void {
  command
    .exitOverride((error) => {
      throw new Misuse(error, name);
    })
    .configureOutput({
      writeOut: (text) => world.process.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(world.process.stdout.columns, 100),
      getOutHasColors: () => false,
    })
    .configureHelp({ sortOptions: false, helpWidth: Math.min(world.process.stdout.columns, 100) });
}
