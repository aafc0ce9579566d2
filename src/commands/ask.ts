/** Questions on a terminal, one a line, each with the answer that Return gives. */
import { fail } from '../diagnostics/diagnostic.ts';
import type { World } from '../world.ts';

export interface Question {
  readonly text: string;
  readonly byDefault: string;
  /** Lines above the question. */
  readonly choices?: readonly string[];
  /** What is wrong with an answer; undefined: nothing. */
  check(answer: string): string | undefined;
  /** Where an answer is one of some names. */
  readonly known?: readonly string[];
}

/** Asks until the answer will do. Throws E622 when the input ends. */
export async function ask(world: World, question: Question): Promise<string> {
  const { stdin, stderr } = world.process;
  const { text, byDefault, choices = [], check } = question;
  for (const choice of choices) stderr.write(`  ${choice}\n`);
  for (;;) {
    stderr.write(`${text}${byDefault ? ` [${byDefault}]` : ''}: `);
    const line = await stdin.line();
    if (line === undefined) {
      stderr.write('\n');
      fail('E622', {});
    }
    const answer = line.trim() || byDefault;
    const wrong = check(answer);
    if (wrong === undefined) return answer;
    stderr.write(`  needed: ${wrong}\n`);
  }
}
