/** How a diagnostic code is declared: its parameters' type, message, hint and exit code. */
import { EXIT, type ExitCode } from './exit.ts';

export type Severity = 'error' | 'warning';

export interface Declaration<P> {
  readonly severity: Severity;
  readonly exit: ExitCode;
  readonly message: (parameters: P) => string;
  readonly hint?: (parameters: P) => string | undefined;
}

type Hint<P> = (parameters: P) => string | undefined;

export function error<P>(exit: ExitCode, message: (parameters: P) => string, hint?: Hint<P>): Declaration<P> {
  return { severity: 'error', exit, message, ...(hint ? { hint } : {}) };
}

/** Warnings never change the exit code. */
export function warning<P>(message: (parameters: P) => string, hint?: Hint<P>): Declaration<P> {
  return { severity: 'warning', exit: EXIT.done, message, ...(hint ? { hint } : {}) };
}

export interface Suggestion {
  /** The nearest known name, if one is near. */
  readonly suggestion?: string;
}

export function didYouMean(parameters: Suggestion): string | undefined {
  return parameters.suggestion ? `did you mean \`${parameters.suggestion}\`?` : undefined;
}
