/** The documents of `--json`: exactly one on stdout, ending in a line feed. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DiagnosticPage } from './diagnostic-page.ts';
import type { DoctorDocument } from './doctor.ts';
import type {
  AdviceReport,
  DestinationsDocument,
  ForgetReport,
  HistoryReport,
  RunReport,
  SegmentHistory,
  StatusReport,
  Waits,
  WhyReport,
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
  readonly waits?: Waits;
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

export interface SchemasDocument {
  readonly version: 1;
  readonly schemas: readonly { readonly kind: string; readonly of: string }[];
}

export interface InitDocument {
  readonly version: 1;
  readonly folder: string;
  readonly files: readonly string[];
  /** What was there already and was left as it is. */
  readonly kept: readonly string[];
}

/** Pretty-printed JSON. */
export function jsonText(
  document:
    | RunReport
    | StatusReport
    | AdviceReport
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
    | DoctorDocument
    | DiagnosticPage
    | WhyReport
    | SchemasDocument
    | InitDocument,
): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
