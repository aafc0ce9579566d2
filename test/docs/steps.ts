/** What a page of the documentation asks a reader to do, in order: files to write, commands to type, queries to run. */
import { codeIn, type Fence, fencesOf, fileOf, type Table, tablesOf } from '../markdown.ts';

interface At {
  readonly line: number;
}

export type Step = At &
  (
    | { readonly kind: 'write'; readonly file: string; readonly text: string }
    | { readonly kind: 'merge'; readonly text: string }
    | { readonly kind: 'conditions'; readonly conditions: readonly string[] }
    | { readonly kind: 'type'; readonly command: string; readonly exit: number; readonly output?: string }
    | {
        readonly kind: 'query';
        readonly sql: string;
        readonly on: 'shop' | 'postgres';
        readonly output?: string;
      }
  );

/** Languages of blocks that are only read: a server's lines, bodies of requests, what somebody else's project would type. */
export const NEVER_RUN = ['console', 'cron', 'javascript', 'json', 'promql'];
/** Heads of tables whose first column is a condition to try. */
const CONDITIONS = ['condition', 'window'];

/** The steps of a page. Throws on a block that follows no rule. */
export function stepsOf(page: string): Step[] {
  const fences = fencesOf(page);
  const tables = tablesOf(page).filter(({ head }) => CONDITIONS.includes(head[0]!));
  const blocks = fences.flatMap((fence, index) => stepsIn(fence, fences[index + 1], fences[index - 1]));
  return [...blocks, ...tables.map(conditionsIn)].sort((a, b) => a.line - b.line);
}

function conditionsIn({ rows, line }: Table): Step {
  return { kind: 'conditions', conditions: rows.map(([first]) => codeIn(first!)), line };
}

function stepsIn(fence: Fence, next: Fence | undefined, before: Fence | undefined): Step[] {
  const output = next?.language === 'text' ? next.text : undefined;
  switch (fence.language) {
    case 'yaml':
      return [written(fence)];
    case 'sh':
      return typed(fence, output);
    case 'sql':
      return [queried(fence, output)];
    case 'text':
      if (before && ['sh', 'sql'].includes(before.language)) return [];
      throw new Error(`line ${fence.line}: a text block is the output of the block before it`);
    default:
      if (NEVER_RUN.includes(fence.language)) return [];
      throw new Error(`line ${fence.line}: nobody runs a block of ${fence.language}; see test/docs/steps.ts`);
  }
}

function written({ text, line }: Fence): Step {
  const file = fileOf({ text });
  if (file !== undefined) return { kind: 'write', file, text, line };
  if (/^# part of segsync\.yaml\n/.test(text)) return { kind: 'merge', text, line };
  const where = /^where:((?: .*)?\n(?:(?: .*|)\n)*)$/.exec(text)?.[1];
  if (where !== undefined) return { kind: 'conditions', conditions: [where], line };
  throw new Error(
    `line ${line}: a YAML block begins with its file, with \`# part of segsync.yaml\`, or is a \`where:\``,
  );
}

/** The block's output is that of its last command. */
function typed({ text, line }: Fence, output: string | undefined): Step[] {
  const lines = text.trimEnd().split('\n');
  return lines.map((each, index) => {
    const [, command, exit = '0'] = /^(.*?)(?:\s+# exit (\d+))?$/.exec(each)!;
    const last = index === lines.length - 1 && output !== undefined;
    return {
      kind: 'type',
      command: command!,
      exit: Number(exit),
      line: line + 1 + index,
      ...(last ? { output } : {}),
    };
  });
}

function queried({ text, info, line }: Fence, output: string | undefined): Step {
  if (info !== '' && info !== 'postgres') throw new Error(`line ${line}: no ${info} here to run this on`);
  const on = info === 'postgres' ? 'postgres' : 'shop';
  return {
    kind: 'query',
    sql: text.trim().replace(/;$/, ''),
    on,
    line,
    ...(output === undefined ? {} : { output }),
  };
}
