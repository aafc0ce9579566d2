/** What to do about a value that YAML did not take for text. */
import type { z } from 'zod';
import { locate, toValue, type YamlNode } from './node.ts';

/** For a number or boolean where text is wanted: quotes, or what the text would have to be if quotes are not enough. */
export function quotesHint(
  expected: string,
  path: readonly PropertyKey[],
  subject: { readonly schema: z.ZodType; readonly root: YamlNode },
): string | undefined {
  const { node } = locate(subject.root, path);
  if (expected !== 'string' || (node?.kind !== 'number' && node?.kind !== 'boolean')) return undefined;
  const quoted = withValue(
    toValue(subject.root),
    path,
    node.kind === 'number' ? node.source : `${node.value}`,
  );
  const again = subject.schema.safeParse(quoted).error?.issues.find((issue) => isSame(issue.path, path));
  return again ? again.message.replace(/^expected /, 'write ') : 'put it in quotes';
}

function withValue(whole: unknown, [step, ...rest]: readonly PropertyKey[], value: unknown): unknown {
  if (step === undefined) return value;
  const inner = withValue((whole as Record<PropertyKey, unknown>)[step], rest, value);
  if (Array.isArray(whole)) return whole.with(Number(step), inner);
  return { ...(whole as object), [step]: inner };
}

function isSame(path: readonly PropertyKey[], other: readonly PropertyKey[]): boolean {
  return path.length === other.length && path.every((step, index) => step === other[index]);
}
