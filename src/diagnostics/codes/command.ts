/** E6xx: what was typed on the command line, and what the program itself got wrong. */
import { didYouMean, error, type Suggestion, warning } from '../declare.ts';
import { EXIT } from '../exit.ts';

const LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such name',
};

export const COMMAND_CODES = {
  E601: error<{ name: string } & Suggestion>(
    EXIT.usage,
    (p) => `there is no command \`${p.name}\``,
    (p) => didYouMean(p) ?? '`segsync --help` lists the commands',
  ),
  E602: error<{ option: string; command: string } & Suggestion>(
    EXIT.usage,
    (p) => `\`${p.command}\` has no option \`${p.option}\``,
    (p) => didYouMean(p) ?? `\`${p.command} --help\` lists the options`,
  ),
  E603: error<{ detail: string; command: string; hint?: string }>(
    EXIT.usage,
    (p) => p.detail,
    (p) => p.hint ?? `see \`${p.command} --help\``,
  ),
  E604: error<{ option: string; value: string; expected: string } & Suggestion>(
    EXIT.usage,
    (p) => `\`${p.option}\` takes ${p.expected}, not \`${p.value}\``,
    didYouMean,
  ),
  E605: error<{ option: string; selector: string } & Suggestion>(
    EXIT.usage,
    (p) => `\`${p.option} ${p.selector}\` selects nothing in this project`,
    didYouMean,
  ),
  E606: error<{ option: string; selector: string; methods: readonly string[] } & Suggestion>(
    EXIT.usage,
    (p) => `\`${p.option} ${p.selector}\` is not a way to select`,
    (p) =>
      didYouMean(p) ??
      `a name, with \`*\` for any part of it, or one of ${p.methods.join(' ')}; a \`+\` may stand before and after`,
  ),
  E607: error<{ name: string } & Suggestion>(
    EXIT.usage,
    (p) => `there is no segment \`${p.name}\` in this project`,
    didYouMean,
  ),
  E609: error<{ name: string; known?: readonly string[] } & Suggestion>(
    EXIT.invalidProject,
    (p) => `there is no target \`${p.name}\` in this project`,
    (p) => didYouMean(p) ?? (p.known && `its targets are ${p.known.join(', ')}`),
  ),
  E610: error<{ name: string } & Suggestion>(
    EXIT.usage,
    (p) => `there is no sync \`${p.name}\` in this project`,
    didYouMean,
  ),
  E611: error<object>(
    EXIT.usage,
    () => 'no sync is named',
    () => 'name the syncs, or choose them by `--select`, as in `--select "*"`',
  ),
  E612: error<{ type: string } & Suggestion>(
    EXIT.usage,
    (p) => `there is no destination type \`${p.type}\``,
    (p) => didYouMean(p) ?? '`segsync destinations` lists them',
  ),
  E613: error<{ file: string; reason: string }>(
    EXIT.usage,
    (p) => `\`${p.file}\` is no plan: ${p.reason}`,
    () => '`segsync plan --out FILE` writes one',
  ),
  E614: error<{ file: string; reason: string }>(
    EXIT.usage,
    (p) => `the plan could not be written to \`${p.file}\`: ${p.reason}`,
  ),
  E615: error<{ option: string; with: string; detail: string }>(
    EXIT.usage,
    (p) => `\`${p.option}\` does not go with \`${p.with}\`: ${p.detail}`,
  ),
  E616: error<{ text: string } & Suggestion>(
    EXIT.usage,
    (p) =>
      p.text.trim() === '' ? '`--after` is empty' : `\`--after ${p.text}\` is no table of this project`,
    (p) =>
      didYouMean(p) ??
      'a table that `segsync.yaml` declares, `file:PATH`, or `dbt:PATH` of its run_results.json',
  ),
  E617: error<{ text: string; reason: string }>(
    EXIT.usage,
    (p) => `\`--after ${p.text}\` cannot tell when the table changed: ${p.reason}`,
    () => 'let whoever loads it touch a file, and say `--after file:PATH`',
  ),
  E621: error<{ file: string; reason: string }>(
    EXIT.failed,
    (p) => `cannot write ${p.file}: ${p.reason}`,
    () => '`--events` takes the path of a file to append to',
  ),
  E622: error<object>(EXIT.interrupted, () => 'interrupted before there was anything to report'),
  E623: error<object>(EXIT.terminated, () => 'terminated before there was anything to report'),
  E660: error<{ code: string } & Suggestion>(
    EXIT.usage,
    (p) => `there is no diagnostic \`${p.code}\``,
    (p) => didYouMean(p) ?? 'docs/diagnostics.md lists them all',
  ),
  E665: error<{ key: string; entity: string; type: string }>(
    EXIT.usage,
    (p) => `\`${p.key}\` is no key of \`${p.entity}\`: its keys are ${p.type}`,
    (p) =>
      p.type === 'whole numbers'
        ? 'a key such as `42`'
        : 'a key such as `6f1c2c1e-8f5b-4d7e-9a53-0d8c3b1f2a77`',
  ),
  E666: error<{ command: string }>(
    EXIT.usage,
    () => 'the key is empty',
    (p) => `\`${p.command} --help\` shows an example`,
  ),
  E670: error<{ address: string; code: string }>(
    EXIT.usage,
    (p) => `cannot listen on \`${p.address}\`: ${LISTENING[p.code] ?? p.code}`,
    (p) =>
      p.code === 'EADDRINUSE'
        ? 'another program has the port, perhaps another segsync: give `--metrics` another one'
        : '`--metrics 9464` listens on 127.0.0.1',
  ),
  E699: error<{ kind: string; at: string }>(
    EXIT.failed,
    (p) => `this is a defect in segsync: ${p.kind} at ${p.at}`,
    () => 'run it again with --verbose for the details, and report them',
  ),
  W616: warning<{ text: string; reason: string }>(
    (p) => `\`--after ${p.text}\`: ${p.reason}`,
    () => 'segments wait until a later run of dbt has succeeded',
  ),
  W617: warning<{ text: string; reason: string }>(
    (p) => `\`--after ${p.text}\` cannot be read: ${p.reason}`,
    () => 'if dbt is writing it, nothing is to be done; otherwise name its target/run_results.json',
  ),
  W660: warning<{ tables: readonly string[]; at: string }>(
    (p) => `what ${p.tables.join(', ')} held at ${p.at} cannot be known: the rows of today are used`,
    () => 'only the past of sources with `append_only: true` and a cursor of time can be known',
  ),
  W661: warning<{ at: string }>(
    (p) => `looking ahead to ${p.at}: with the rows that there are now`,
    () => 'rows that arrive until then may change the verdict',
  ),
  W662: warning<{ table: string }>(
    (p) => `${p.table} has more than one row for this key: the next tick of the segment fails`,
    () => 'mend the table, or give it `duplicates: latest`',
  ),
  W670: warning<{ protocol: string; spoken: string }>(
    (p) => `traces are sent as ${p.spoken}, not as \`${p.protocol}\``,
    () => 'give OTEL_EXPORTER_OTLP_ENDPOINT the collector’s port for HTTP (often 4318)',
  ),
  W671: warning<{ reason: string }>(
    (p) => `traces could not be sent: ${p.reason}`,
    () => 'the run itself is not touched; OTEL_SDK_DISABLED=true turns traces off',
  ),
  W601: warning<{ signal: string }>(
    (p) => `${p.signal}: ending what is in flight; a second one stops at once`,
    () => 'nothing is lost: the next run goes on from here',
  ),
} as const;
