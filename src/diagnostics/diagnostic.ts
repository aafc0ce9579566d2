/** What went wrong or looks wrong, for people: one code, one line, the place, a hint, and an exit code. */
import { CODES, type Code, type Parameters } from './codes.ts';
import type { Severity } from './declare.ts';
import { type ExitCode, worstExit } from './exit.ts';

/** A position in a project file. Lines and columns count from 1; `endColumn` is exclusive. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn?: number;
}

export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  readonly place?: Place;
  readonly exit: ExitCode;
}

/** Makes a diagnostic of a declared code; its parameters are checked by the compiler. */
export function diagnose<C extends Code>(code: C, parameters: Parameters<C>, place?: Place): Diagnostic {
  const entry = CODES[code] as {
    severity: Severity;
    exit: ExitCode;
    message: (p: Parameters<C>) => string;
    hint?: (p: Parameters<C>) => string | undefined;
  };
  const hint = entry.hint?.(parameters);
  return {
    code,
    severity: entry.severity,
    message: entry.message(parameters),
    exit: entry.exit,
    ...(hint ? { hint } : {}),
    ...(place ? { place } : {}),
  };
}

/** A known failure: printed as diagnostics, never as a stack. */
export class DiagnosedError extends Error {
  override readonly name = 'DiagnosedError';
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    options?: { cause?: unknown },
  ) {
    super(diagnostics.map((diagnostic) => `${diagnostic.code}: ${diagnostic.message}`).join('\n'), options);
  }
  get exit(): ExitCode {
    return worstExit(this.diagnostics.map((diagnostic) => diagnostic.exit));
  }
}

/** Throws a `DiagnosedError` of one diagnostic. */
export function fail<C extends Code>(
  code: C,
  parameters: Parameters<C>,
  place?: Place,
  cause?: unknown,
): never {
  throw new DiagnosedError([diagnose(code, parameters, place)], { cause });
}
