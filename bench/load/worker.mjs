/** Runs one phase in this process and reports its figures with the process's peak of memory. */
import { PHASES } from './phases.mjs';

process.once('message', async ({ phase, engine, ...context }) => {
  try {
    const figures = await PHASES[phase]({ ...context, engine: await import(`../engines/${engine}.mjs`) });
    process.send({ figures: { ...figures, peakBytes: process.resourceUsage().maxRSS * 1024 } });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.stack : String(error) }, () => process.exit(1));
    return;
  }
  process.disconnect();
});
