/** What stops a sync, as diagnostics. */
import type { Sync } from '../config/project.ts';
import type { Manifest, Operation } from '../destination/destination.ts';
import { DiagnosedError, type Diagnostic, diagnose, fail } from '../diagnostics/diagnostic.ts';
import { formatDuration, formatInstant } from '../instant.ts';
import type { FailureReport, Held } from '../report/results.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import type { Preview, StaleSource } from './context.ts';

const NEEDS: Readonly<Record<Sync['mode'], readonly Operation[]>> = {
  mirror: ['add', 'remove'],
  add_only: ['add', 'remove'],
  remove_only: ['remove'],
  on_enter: [],
};

/** Throws E453 for a mode that the destination cannot serve. */
export function checkMode({ name, mode, destination, place }: Sync, manifest: Manifest): void {
  const needs = lacking(mode, manifest);
  if (needs === undefined) return;
  const modes = (Object.keys(NEEDS) as Sync['mode'][]).filter((each) => !lacking(each, manifest));
  fail('E453', { sync: name, destination, needs, mode, modes }, place);
}

/** What a destination would have to do for a mode, and cannot. */
function lacking(mode: Sync['mode'], { operations, takesEvents }: Manifest): string | undefined {
  if (mode === 'on_enter') return takesEvents ? undefined : 'take events';
  const operation = NEEDS[mode].find((each) => !operations.includes(each));
  return operation && `${operation} members`;
}

/** A held sync for people: the figure, and both ways out. */
export function heldDiagnostic(
  sync: string,
  held: Held,
  { emptySource, staleSource }: Pick<Preview, 'emptySource' | 'staleSource'>,
): Diagnostic {
  if (held.guard === 'empty_source') return diagnose('E452', { sync, table: emptySource?.table ?? '' });
  if (held.guard === 'stale_source') return staleDiagnostic(sync, staleSource!);
  return diagnose('E451', { sync, guard: held.guard, figure: held.figure, limit: held.limit });
}

/** By an instant and not by an age: it is written down, and stays the same as long as it is so. */
function staleDiagnostic(sync: string, { table, newest, expected }: StaleSource): Diagnostic {
  const shown = newest === undefined ? {} : { newest: formatInstant(newest) };
  return diagnose('E222', { sync, table, ...shown, expected: formatDuration(expected) });
}

/** A failure for the report. Throws on what is no known failure but a defect. */
export function failureOf(error: unknown, sync: string): FailureReport {
  const known = error instanceof WarehouseError ? warehouseFailure(error, sync) : firstOf(error);
  if (!known) throw error;
  const { code, message, hint } = known;
  return { code, message: hint ? `${message}; ${hint}` : message };
}

/** What passes by itself (a connection that was cut, say) is a reason to try later, not a failure of the sync. */
function warehouseFailure({ failure, message: detail }: WarehouseError, sync: string): Diagnostic {
  return LATER.has(failure) ? diagnose('E704', { detail }) : diagnose('E455', { sync, detail });
}

const LATER: ReadonlySet<WarehouseError['failure']> = new Set(['transient', 'locked', 'conflict']);

function firstOf(error: unknown): Diagnostic | undefined {
  return error instanceof DiagnosedError ? error.diagnostics[0] : undefined;
}
