/** The documents of `--json`: exactly one on stdout, ending in a line feed. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DoctorDocument } from './doctor.ts';
import type {
  DestinationsDocument,
  ForgetReport,
  HistoryReport,
  RunReport,
  SegmentHistory,
  StatusReport,
} from './results.ts';
import type { TestsDocument } from './stories.ts';

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

/** A diagnostic as documented; `shown` makes a path readable from where the command was started. */
export function problem(diagnostic: Diagnostic, shown: (file: string) => string): Problem {
  const { code, message, place, hint } = diagnostic;
  return {
    code,
    message,
    ...(place ? { file: shown(place.file), line: place.line, column: place.column } : {}),
    ...(hint ? { hint } : {}),
  };
}

export interface ErrorsDocument {
  readonly version: 1;
  readonly errors: readonly Problem[];
}

export interface ValidationDocument extends ErrorsDocument {
  readonly warnings: readonly Problem[];
  readonly segments: number;
  readonly syncs: number;
  readonly destinations: number;
}

export interface MembershipDocument {
  readonly version: 1;
  readonly segment: string;
  readonly key: string;
  readonly member: boolean;
}

export interface SqlDocument {
  readonly version: 1;
  readonly sql: string;
}

export interface PausedDocument {
  readonly version: 1;
  readonly paused: readonly string[];
}

export interface ResumedDocument {
  readonly version: 1;
  readonly resumed: readonly { readonly sync: string; readonly was_paused: boolean }[];
}

export interface RetriedDocument {
  readonly version: 1;
  readonly retried: readonly { readonly sync: string; readonly rows: number }[];
}

/** Pretty-printed JSON. */
export function jsonText(
  document:
    | RunReport
    | StatusReport
    | ForgetReport
    | HistoryReport
    | SegmentHistory
    | ErrorsDocument
    | ValidationDocument
    | MembershipDocument
    | SqlDocument
    | PausedDocument
    | ResumedDocument
    | RetriedDocument
    | DestinationsDocument
    | TestsDocument
    | DoctorDocument,
): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
