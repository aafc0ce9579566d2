/** Runs of the real product in this process: `runPipeline`, as `segsync run --all` calls it. */
import { loadProject } from '../../dist/config/load.js';
import { runPipeline } from '../../dist/pipeline.js';
import { realWorld } from '../../dist/world.js';

/** A project on disk: `run(what)`, `close()`. */
export async function openRuns(folder) {
  const world = realWorld();
  const { project } = await loadProject(world, { projectDir: folder });
  const every = { segments: [...project.segments.keys()], syncs: [...project.syncs.keys()] };
  return {
    world,
    project,
    /** One run of all segments and syncs, or of those named; resolves to its report. Throws where one failed. */
    async run({ segments = every.segments, syncs = every.syncs, tiers, signal, ...more } = {}) {
      const { report } = await runPipeline(world, project, {
        command: 'run',
        target: 'bench',
        segments: new Set(segments),
        syncs: new Set(syncs),
        ...(tiers ? { tiers: new Set(tiers) } : {}),
        all: true,
        full: false,
        waitMs: 0,
        signal: signal ?? new AbortController().signal,
        onEvent: () => {},
        ...more,
      });
      const failed = [...report.segments, ...report.syncs].find(({ error, held }) => error || held);
      if (failed) throw new Error(`${failed.segment ?? failed.sync}: ${JSON.stringify(failed)}`);
      return report;
    },
    close: () => world.network.close(),
  };
}
