/** E6xx: the command line. */
import type { Pages } from '../page.ts';
import { project } from './little-shop.ts';

type Codes =
  | 'E601'
  | 'E602'
  | 'E603'
  | 'E604'
  | 'E605'
  | 'E606'
  | 'E607'
  | 'E609'
  | 'E610'
  | 'E611'
  | 'E612'
  | 'E621'
  | 'E622'
  | 'E623'
  | 'E660'
  | 'E699'
  | 'W601';

export const COMMAND_PAGES: Pages<Codes> = {
  E601: {
    title: 'there is no such command',
    when: 'The first word after `segsync` is no command.',
    mend: '`segsync --help` lists them.',
    wrong: { commands: ['segsync validte'] },
    right: { commands: ['segsync validate'] },
  },
  E602: {
    title: 'the command has no such option',
    when: 'An option is misspelt, or belongs to another command.',
    mend: '`segsync COMMAND --help` lists the options of a command.',
    wrong: { commands: ['segsync validate --conect'] },
    right: { commands: ['segsync validate --connect'] },
  },
  E603: {
    title: 'something is missing or too much',
    when: 'A command lacks an argument, an option lacks its value, or there are more arguments than the command takes.',
    mend: '`segsync COMMAND --help` shows the arguments.',
    wrong: { commands: ['segsync members'] },
    right: { commands: ['segsync run', 'segsync members buyers'] },
  },
  E604: {
    title: 'an option takes another value',
    when: 'The value of an option is not of the form that it takes.',
    mend: 'Write it as the message says.',
    wrong: { commands: ['segsync run --wait soon'] },
    right: { commands: ['segsync run --wait 60s'] },
  },
  E605: {
    title: 'a selector selects nothing',
    when: '`--select` or `--exclude` names what the project does not have, or a comma asks for two things that nothing is both of. A typing error must not turn into a run of nothing.',
    mend: 'Correct it. Names may hold `*`; `tag:`, `path:`, `dest:` and `tier:` select by other things.',
    wrong: { commands: ['segsync plan --select byers'] },
    right: { commands: ['segsync plan --select buyers'] },
  },
  E606: {
    title: 'this is not a way to select',
    when: 'A selector begins with a word and a colon that mean nothing, or is empty.',
    mend: 'Use a name, or one of `tag:`, `path:`, `dest:`, `tier:`. A `+` before or after stands for what a segment refers to, or what refers to it.',
    wrong: { commands: ['segsync plan --select tags:lifecycle'] },
    right: { commands: ['segsync plan --select dest:files'] },
  },
  E607: {
    title: 'there is no such segment',
    when: 'A segment named as an argument is not in the project.',
    mend: 'Correct the name: it is the file’s, unless the file says `name:`.',
    wrong: { commands: ['segsync compile byers'] },
    right: { commands: ['segsync compile buyers'] },
  },
  E609: {
    title: 'there is no such target',
    when: '`--target` names a target that `segsync.yaml` does not have.',
    mend: 'Correct the name, or declare it under `targets:`.',
    wrong: { commands: ['segsync plan --target prod'] },
    right: {
      files: project(
        'targets:\n',
        'default_target: dev\ntargets:\n  prod: { type: duckdb, path: prod.duckdb, init: shop.sql }\n',
      ),
      commands: ['segsync plan --target prod'],
    },
  },
  E610: {
    title: 'there is no such sync',
    when: 'A sync named as an argument or an option is not in the project. A sync is called `segment.destination`.',
    mend: 'Correct the name: `segsync status` lists them.',
    wrong: { commands: ['segsync pause buyers.fils'] },
    right: { commands: ['segsync run', 'segsync pause buyers.files'] },
  },
  E611: {
    title: 'no sync is named',
    when: '`pause`, `resume` or `retry` was given neither a sync nor a selection. None of them acts on everything by mistake.',
    mend: 'Name the syncs, or say that all are meant: `--select "*"`.',
    wrong: { commands: ['segsync pause'] },
    right: { commands: ['segsync run', 'segsync pause buyers.files'] },
  },
  E612: {
    title: 'there is no such destination type',
    when: '`segsync destinations` was asked for a type that is not built in.',
    mend: 'Correct the name: without one, the command lists the types.',
    wrong: { commands: ['segsync destinations webook'] },
    right: { commands: ['segsync destinations webhook'] },
  },
  E621: {
    title: 'the file of `--events` cannot be written',
    when: 'The path is that of a folder, the disk is full, or the user may not write there.',
    mend: 'Name a file that this user may write; folders above it are made.',
    wrong: { commands: ['segsync run --events segments'] },
    right: { commands: ['segsync run --events events.ndjson'] },
  },
  E622: {
    title: 'interrupted (SIGINT)',
    when: 'Ctrl-C came before the run had anything to report. Exit code 130.',
    mend: 'Nothing is lost: the next run does it all.',
    wrong: { situation: 'Ctrl-C right after the start.', command: 'segsync run', with: {} },
    right: { situation: 'Again:', commands: ['segsync run'] },
  },
  E623: {
    title: 'terminated (SIGTERM)',
    when: 'Something asked the process to end before the run had anything to report. Exit code 143.',
    mend: 'Nothing is lost: the next run does it all. If a scheduler ended it, look at its limits of time and memory.',
    wrong: { situation: 'The container is stopped right after the start.', command: 'segsync run', with: {} },
    right: { situation: 'Again:', commands: ['segsync run'] },
  },
  E660: {
    title: 'there is no such diagnostic',
    when: '`segsync explain` was given something that looks like a code, and no diagnostic has it.',
    mend: 'Type the code as it was printed in brackets. The page of all codes is docs/diagnostics.md.',
    wrong: { commands: ['segsync explain E1050'] },
    right: { commands: ['segsync explain E105'] },
  },
  E699: {
    title: 'a defect in segsync',
    when: 'Something happened that should not. The message names the kind of error and the place in the program, and holds nothing of your data.',
    mend: 'Run again with `--verbose` for the details, and report them. Nothing is lost: a later run goes on from the last one that ended.',
    wrong: {
      situation: 'A defect.',
      command: 'segsync run',
      with: { kind: 'TypeError', at: 'deliver/flush.js:120' },
    },
    right: { situation: 'For a report:', commands: ['segsync run --verbose'] },
  },
  W601: {
    title: 'a signal came: what is in flight ends first',
    when: 'Ctrl-C or SIGTERM came during a run. No new request is begun; those under way are waited for and noted down.',
    mend: 'Wait. A second signal stops at once; that loses nothing either, but some rows will be sent again.',
    wrong: { situation: 'Ctrl-C during a delivery.', command: 'segsync run', with: { signal: 'SIGINT' } },
    right: { situation: 'Later, to go on:', commands: ['segsync run'] },
  },
};
