/** Progress on stderr while a run goes on: finished lines anywhere, and below them on a terminal a redrawn one. */
import type { World } from '../world.ts';
import type { Colors } from './colors.ts';
import { eventLine } from './plain.ts';
import type { RunEvent } from './results.ts';
import { count, plural } from './words.ts';

const REDRAW_MS = 100;
const CLEAR_LINE = '\r\x1b[2K';

export interface ProgressOptions {
  readonly colors: Colors;
  /** Lines for what was not due, too. */
  readonly verbose: boolean;
  /** False: warnings are the only lines, for the result itself will say the rest. */
  readonly lines: boolean;
}

export interface Progress {
  onEvent(event: RunEvent): void;
  /** Takes the redrawn line away. */
  end(): void;
}

/** A display of the events it is given. Writes to the world's stderr only. */
export function openProgress(world: World, options: ProgressOptions): Progress {
  const { stderr } = world.process;
  const tally = { segments: 0, of: 0, syncs: 0, ofSyncs: 0, rows: new Map<string, number>() };
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = false;

  const clear = (): void => {
    if (drawn) stderr.write(CLEAR_LINE);
    drawn = false;
  };
  const draw = (): void => {
    const now = world.clock.monotonic();
    if (!stderr.isTerminal || now - drawnAt < REDRAW_MS) return;
    drawnAt = now;
    clear();
    stderr.write(options.colors.dim(statusLine(tally).slice(0, stderr.columns - 1)));
    drawn = true;
  };

  return {
    onEvent(event) {
      take(tally, event);
      const told = options.lines || event.event === 'warning';
      const line = told ? eventLine(event, options.verbose) : undefined;
      if (line !== undefined) {
        clear();
        stderr.write(`${painted(line, options.colors)}\n`);
        drawnAt = Number.NEGATIVE_INFINITY;
      }
      draw();
    },
    end: clear,
  };
}

interface Tally {
  segments: number;
  of: number;
  syncs: number;
  ofSyncs: number;
  readonly rows: Map<string, number>;
}

function take(tally: Tally, event: RunEvent): void {
  if (event.event === 'run_started') [tally.of, tally.ofSyncs] = [event.segments, event.syncs];
  if (event.event === 'segment_evaluated') tally.segments++;
  if (event.event === 'sync_progress') tally.rows.set(event.sync, event.delivered);
  if (event.event === 'sync_finished') tally.syncs++;
}

function statusLine(tally: Tally): string {
  const rows = [...tally.rows.values()].reduce((a, b) => a + b, 0);
  const segments = `${count(tally.segments)} of ${plural(tally.of, 'segment')}`;
  const syncs = `${count(tally.syncs)} of ${plural(tally.ofSyncs, 'sync')}`;
  return `${segments} · ${syncs} · ${plural(rows, 'change')} delivered`;
}

function painted(line: string, colors: Colors): string {
  if (line.startsWith('failed')) return colors.red(line);
  if (line.startsWith('held') || line.startsWith('warning')) return colors.yellow(line);
  return line.startsWith('skipped') ? colors.dim(line) : line;
}
