/** What is wrong with a step of a sequence: where it stands, or what it begins with. */
import { nearest } from '../diagnostics/suggest.ts';
import type { YamlMap } from './node.ts';
import type { Problems } from './problems.ts';

export interface StepPosition {
  readonly index: number;
  readonly isAfterNot: boolean;
  readonly isLast: boolean;
}

/** Keys that may not stand everywhere. */
interface Rule {
  readonly key: 'not' | 'within' | 'for';
  readonly isBroken: (position: StepPosition, isNot: boolean) => boolean;
  readonly problem: string;
  readonly hint: string;
}

const RULES: readonly Rule[] = [
  {
    key: 'not',
    isBroken: ({ index }) => index === 0,
    problem: 'is a `not`, but the first is a `did`',
    hint: 'a `not` forbids rows after a `did` step: begin with that',
  },
  {
    key: 'not',
    isBroken: ({ isAfterNot }) => isAfterNot,
    problem: 'is a second `not` in a row',
    hint: 'put a `did` step between them, or make two sequences under `all:`',
  },
  {
    key: 'within',
    isBroken: ({ index }, isNot) => index === 0 && !isNot,
    problem: 'has a `within`, but no step before it',
    hint: 'a window for all steps stands beside `sequence:`',
  },
  {
    key: 'for',
    isBroken: ({ isLast }, isNot) => !(isNot && isLast),
    problem: 'has a `for`, but is no `not` at the end',
    hint: '`within` in a `did` step limits the time since the `did` step before',
  },
];

/** Reports what may not stand at this position (E132); true when there is nothing. */
export function reportMisplaced({ entries }: YamlMap, position: StepPosition, problems: Problems): boolean {
  const isNot = entries.has('not');
  const broken = RULES.filter(({ key, isBroken }) => entries.has(key) && isBroken(position, isNot));
  for (const { key, problem, hint } of broken) {
    problems.report('E132', { problem, hint }, entries.get(key)!.keyPlace);
  }
  return broken.length === 0;
}

/** Reports a step, or a `not`, that does not begin with `did`; `missing` says so when nothing better can be said. */
export function reportNoDid(map: YamlMap, missing: string, problems: Problems): undefined {
  const [key = '', entry] =
    [...map.entries].find(([each]) => INSTEAD.has(each) || nearest(each, STEPS)) ?? [];
  const instead = INSTEAD.get(key);
  if (entry && instead) {
    const source = entry.value.kind === 'text' ? entry.value.text : 'SOURCE';
    const problem = { problem: `begins with \`${key}\``, hint: instead(source) };
    return problems.report('E132', problem, entry.keyPlace);
  }
  const [first] = map.entries.values();
  const suggestion = nearest(key, STEPS);
  const problem = { problem: missing, hint: suggestion && `did you mean \`${suggestion}\`?` };
  return problems.report('E132', problem, (entry ?? first)?.keyPlace ?? map.place);
}

const STEPS = ['did', 'not'];

const INSTEAD = new Map<string, (source: string) => string>([
  ['did_not', (source) => `write \`not: {did: ${source}}\``],
  ['has_no', (source) => `write \`not: {did: ${source}}\``],
  ['has', (source) => `write \`did: ${source}\`: any source with a \`time\` can be a step`],
]);
