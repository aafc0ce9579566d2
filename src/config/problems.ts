/** Collects what is wrong with a project, so that one run reports everything. */
import type { Code, Parameters } from '../diagnostics/codes.ts';
import { DiagnosedError, type Diagnostic, diagnose, type Place } from '../diagnostics/diagnostic.ts';

export class Problems {
  readonly #all: Diagnostic[] = [];

  /** Notes a problem. Yields undefined, so that a parser can `return problems.report(...)`. */
  report<C extends Code>(code: C, parameters: Parameters<C>, place?: Place): undefined {
    this.#all.push(diagnose(code, parameters, place));
  }

  /** In the order reported. */
  get all(): readonly Diagnostic[] {
    return this.#all;
  }

  /** Warnings so far, by place. Throws a `DiagnosedError` of all errors when there are any. */
  settle(): readonly Diagnostic[] {
    const sorted = inOrder(this.#all);
    const errors = sorted.filter((each) => each.severity === 'error');
    if (errors.length > 0) throw new DiagnosedError(errors);
    return sorted;
  }
}

/** By place; equal ones once. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return distinct(diagnostics).sort(byPlace);
}

/** An alias repeats what its anchor holds: one mistake is told once. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Map(
    diagnostics.map((each) => [JSON.stringify([each.code, each.message, each.place]), each]),
  );
  return [...seen.values()];
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const [left, right] = [a.place, b.place];
  if (!left || !right) return Number(left !== undefined) - Number(right !== undefined);
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column;
}
