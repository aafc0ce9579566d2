/** E6xx: the command line. */
import type { Pages } from '../page.ts';
import { LITTLE_SHOP, project } from './little-shop.ts';

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
  | 'E613'
  | 'E614'
  | 'E615'
  | 'E616'
  | 'E617'
  | 'E621'
  | 'E622'
  | 'E623'
  | 'E660'
  | 'E665'
  | 'E666'
  | 'E670'
  | 'W616'
  | 'W617'
  | 'W660'
  | 'W661'
  | 'W662'
  | 'W670'
  | 'W671'
  | 'E699'
  | 'W601';

/** The little shop with numbers for keys. */
const NUMBERED = LITTLE_SHOP['shop.sql']!.replace('i::VARCHAR AS customer_id', 'i AS customer_id');

const RUN_OF_DBT = `{
  "metadata": {"generated_at": "2026-01-02T06:00:00.000000Z"},
  "results": [{"unique_id": "model.shop.orders", "status": "success"}]
}
`;

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
    mend: 'Correct it. Names may hold `*`; `tag:`, `path:`, `dest:`, `tier:` and `state:` select by other things.',
    wrong: { commands: ['segsync plan --select byers'] },
    right: { commands: ['segsync plan --select buyers'] },
  },
  E606: {
    title: 'this is not a way to select',
    when: 'A selector begins with a word and a colon that mean nothing, or is empty.',
    mend: 'Use a name, or one of `tag:`, `path:`, `dest:`, `tier:`, `state:`. A `+` before or after stands for what a segment refers to, or what refers to it.',
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
  E613: {
    title: 'this file is no plan',
    when: '`run --plan` was given a file that does not exist, or that `plan --out` did not write.',
    mend: 'Write the plan first, and name the same file.',
    wrong: { commands: ['segsync run --plan segsync.yaml'] },
    right: { commands: ['segsync plan --out plan.json', 'segsync run --plan plan.json'] },
  },
  E614: {
    title: 'the plan could not be written',
    when: 'The file of `plan --out` cannot be made: its folder is a file, there is no right to write there, or the disk is full. The plan itself was printed.',
    mend: 'Name another file.',
    wrong: { commands: ['segsync plan --out shop.sql/plan.json'] },
    right: { commands: ['segsync plan --out plan.json'] },
  },
  E615: {
    title: 'two options do not go together',
    when: 'A kept plan says itself what is to be done, on which target and when. Options that say something else are refused.',
    mend: 'Leave the option out, or make another plan with it.',
    wrong: { commands: ['segsync plan --out plan.json', 'segsync run --plan plan.json --full'] },
    right: { commands: ['segsync plan --full --out plan.json', 'segsync run --plan plan.json'] },
  },
  E616: {
    title: 'the table of `--after` is not in the project',
    when: '`run --after` takes a table that an entity, a trait or a source of the project names, with its schema; `file:PATH`; or `dbt:PATH`. What was typed is none of these.',
    mend: 'Correct the name. For a table that segsync does not read, let whoever loads it touch a file.',
    wrong: { commands: ['segsync run --after shop.ordres'] },
    right: { commands: ['segsync run --after shop.orders'] },
  },
  E617: {
    title: 'the table of `--after` does not show when it changed',
    when: 'The table has no `cursor:`; or one of a type that does not grow with time; or one that counts in numbers, while a segment that is looked at does not read the table, so that there is nothing to compare with.',
    mend: 'Declare a cursor; or let whoever loads the table touch a file, and wait for that.',
    wrong: {
      files: project('customer_id, cursor: updated_at }', 'customer_id }'),
      commands: ['segsync run --after shop.tickets'],
    },
    right: {
      files: { 'loaded.flag': '' },
      commands: ['segsync run --after file:loaded.flag'],
    },
  },
  W616: {
    title: 'dbt ran, and not all of it succeeded',
    when: 'The file that `run --after dbt:` names is of a run in which a model, a test or a seed failed or was skipped; or of a command that builds nothing. It is no news: segments wait for a run that succeeds.',
    mend: 'Mend the model and run dbt again. To go on with what there is, run without `--after`.',
    wrong: {
      files: { 'target/run_results.json': RUN_OF_DBT.replace('success', 'error') },
      commands: ['segsync run --after dbt:target/run_results.json'],
    },
    right: {
      files: { 'target/run_results.json': RUN_OF_DBT },
      commands: ['segsync run --after dbt:target/run_results.json'],
    },
  },
  W617: {
    title: 'the results of dbt cannot be read',
    when: 'The file that `run --after dbt:` names is not what dbt writes after a run, or dbt is in the midst of writing it. It is no news.',
    mend: 'Nothing, if dbt is at work: the next run reads it again. Otherwise name the file `run_results.json` in dbt’s target folder.',
    wrong: {
      files: { 'target/manifest.json': '{"nodes": {}}\n' },
      commands: ['segsync run --after dbt:target/manifest.json'],
    },
    right: {
      files: { 'target/run_results.json': RUN_OF_DBT },
      commands: ['segsync run --after dbt:target/run_results.json'],
    },
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
  E665: {
    title: 'this can be no key of the entity',
    when: 'The key that was typed is of another type than the key column: letters where keys are numbers, say.',
    mend: 'Type the key as the table has it.',
    wrong: {
      files: { 'shop.sql': NUMBERED },
      commands: ['segsync explain buyers abc'],
    },
    right: { files: { 'shop.sql': NUMBERED }, commands: ['segsync explain buyers 42'] },
  },
  E666: {
    title: 'the key is empty',
    when: 'A script put nothing where the key belongs.',
    mend: 'Give the key.',
    wrong: { commands: ['segsync explain buyers ""'] },
    right: { commands: ['segsync explain buyers 42'] },
  },
  E670: {
    title: 'the address of `--metrics` cannot be listened on',
    when: 'A resident run was given a port that another program has, a port below 1024 without the right to it, or an address that this machine does not have. It is found before anything is begun.',
    mend: 'Give another port or address. Two resident runs on one machine need one each.',
    wrong: {
      situation: 'Another resident run listens there already.',
      command: 'segsync run --watch --metrics 9464',
      with: { address: '127.0.0.1:9464', code: 'EADDRINUSE' },
    },
    right: { situation: 'Another port:', commands: ['segsync run --watch --metrics 9465'] },
  },
  W660: {
    title: 'the past of a table cannot be known',
    when: '`explain --at` looks back. Of sources that are only added to (`append_only: true`) and have a cursor of time, it counts only rows that had arrived by then; any other table is read as it is today.',
    mend: 'Read the answer with that in mind. If rows of the table are never changed, declare it `append_only: true`.',
    wrong: { commands: ['segsync explain buyers 42 --at 2026-02-01'] },
    right: { commands: ['segsync explain buyers 42'] },
  },
  W661: {
    title: 'looking ahead',
    when: '`explain --at` was given an instant in the future. Windows are moved to it; the rows are those of now.',
    mend: 'Nothing is wrong: rows that arrive until then may change the verdict.',
    wrong: { commands: ['segsync explain buyers 42 --at 2090-01-01'] },
    right: { commands: ['segsync explain buyers 42'] },
  },
  W662: {
    title: 'the key has two rows',
    when: 'An entity’s table, or a 1:1 table, has more than one row for the key that is explained. What it shows is made of one of them, and the next tick of the segment fails.',
    mend: 'Remove the other row; or say `duplicates: latest` where the newest one counts.',
    wrong: {
      commands: [
        'segsync run',
        `duckdb data.duckdb "INSERT INTO shop.customers SELECT * FROM shop.customers WHERE customer_id = '7'"`,
        'segsync explain buyers 7',
      ],
    },
    right: { commands: ['segsync run', 'segsync explain buyers 7'] },
  },
  W670: {
    title: 'traces are sent over HTTP',
    when: 'OTEL_EXPORTER_OTLP_PROTOCOL (or OTEL_EXPORTER_OTLP_TRACES_PROTOCOL) asks for a protocol that segsync does not speak, such as `grpc`. It sends OTLP over HTTP (`http/protobuf` or `http/json`), which collectors take on another port.',
    mend: 'Set the endpoint to the collector’s port for HTTP and the protocol to `http/protobuf`.',
    wrong: {
      situation: 'With OTEL_EXPORTER_OTLP_PROTOCOL=grpc in the environment.',
      command: 'segsync run',
      with: { protocol: 'grpc', spoken: 'http/protobuf' },
    },
    right: {
      situation:
        'With OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf and OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318:',
      commands: ['segsync run'],
    },
  },
  W671: {
    title: 'traces could not be sent',
    when: 'The collector that OTEL_EXPORTER_OTLP_ENDPOINT names does not answer, or refuses what it is sent. The run is not touched by it, and waits two seconds for it at most.',
    mend: 'Look at the endpoint and its headers; or set OTEL_SDK_DISABLED=true.',
    wrong: {
      situation: 'The collector is down.',
      command: 'segsync run',
      with: { reason: 'ECONNREFUSED' },
    },
    right: { situation: 'Without traces, by OTEL_SDK_DISABLED=true:', commands: ['segsync run'] },
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
