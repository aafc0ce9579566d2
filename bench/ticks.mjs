/** Ticks through the real product: `runPipeline`, as `segsync run --all` calls it, under a clock that the benchmark sets. */
import { loadProject } from '../dist/config/load.js';
import { runPipeline } from '../dist/pipeline.js';
import { realWorld } from '../dist/world.js';

/**
 * Runs of the project in `folder`. The clock is the only part of the world that is not real: a minute passes between
 * two ticks without anybody waiting, so that windows move as they would and nothing is measured twice by accident.
 */
export async function openTicks(folder) {
  const real = realWorld();
  const clock = { simulated: true, now: () => BigInt(now), monotonic: real.clock.monotonic };
  let now = 0;
  const world = { ...real, clock };
  const { project } = await loadProject(world, { projectDir: folder });
  const names = [...project.segments.keys()];
  return {
    names,
    /** One run at `at` (microseconds) of all segments or of `only`. */
    async tick(at, { only = names, full = false } = {}) {
      now = at;
      const started = performance.now();
      const before = process.cpuUsage();
      const { report } = await runPipeline(world, project, {
        command: 'run',
        target: 'bench',
        segments: new Set(only),
        syncs: new Set(project.syncs.keys()),
        all: true,
        full,
        waitMs: 0,
        signal: new AbortController().signal,
        onEvent: () => {},
      });
      const { user, system } = process.cpuUsage(before);
      return outcomeOf(report, { runMs: performance.now() - started, cpuMs: (user + system) / 1000 });
    },
  };
}

/** `{runMs, cpuMs, tickMs, mode, affected, entered, exited, members}`; throws where a segment failed. */
function outcomeOf(report, measured) {
  const { segments } = report;
  const failed = segments.find(({ error }) => error);
  if (failed) throw new Error(`${failed.segment}: ${failed.error.message}`);
  const sum = (of) => segments.reduce((total, each) => total + each[of], 0);
  return {
    ...measured,
    // Every segment of a tick tells the whole tick's duration.
    tickMs: Math.max(...segments.map((each) => each.duration_ms)),
    mode: [...new Set(segments.map(({ mode }) => mode))].join('+'),
    affected: Math.max(...segments.map(({ affected }) => affected)),
    entered: sum('entered'),
    exited: sum('exited'),
    members: Object.fromEntries(segments.map(({ segment, members }) => [segment, members])),
    syncs: report.syncs,
  };
}
