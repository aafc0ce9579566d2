/** What a resident process tells people while it runs: failures at once, and what was done line by line. */
import type { Project } from '../config/project.ts';
import { formatInstant } from '../instant.ts';
import { total } from '../report/closing.ts';
import { failuresOf, holdsOf } from '../report/failures.ts';
import type { Shown } from '../report/problems.ts';
import { Tally } from '../report/resident.ts';
import type { RunReport } from '../report/results.ts';
import type { Observer } from '../resident/context.ts';
import { isFast } from '../resident/pace.ts';
import { failureReport } from '../run/results.ts';
import { Told } from './told.ts';
import type { Invocation } from './verb.ts';

export interface Telling {
  readonly observer: Observer;
  /** Tells what the fast tiers did since the last time. */
  readonly tell: () => void;
}

/** `project`: the one that is in force. */
export function telling({ world, screen }: Invocation<unknown>, project: () => Project): Telling {
  const tallies = new Map<string, Tally>();
  const told = new Told(world.clock);
  const held = new Set<string>();
  const problems = (shown: readonly Shown[]): void => {
    screen.problems(shown.filter(({ code, message }) => told.isNews(`${code} ${message}`)));
  };
  /** Whether a sync is held since just now, or is held no more. */
  const noteHolds = ({ syncs }: RunReport): boolean => {
    const begun = syncs.filter((each) => each.held && !held.has(each.sync));
    const over = syncs.filter(
      (each) => !each.held && each.skipped === undefined && !each.error && held.has(each.sync),
    );
    for (const { sync } of begun) held.add(sync);
    for (const { sync } of over) {
      held.delete(sync);
      told.forget(`sync ${sync} is held`);
      screen.note(`Sync ${sync} is held no more.\n`);
    }
    return begun.length + over.length > 0;
  };
  const tellOf = (tier: string): void => {
    const tally = tallies.get(tier);
    tallies.delete(tier);
    if (!tally?.isEventful || screen.flags.quiet || screen.flags.json) return;
    const at = formatInstant(world.clock.now()).slice(0, 19);
    screen.result(tally.line(tier, `${at}Z`, screen.colors));
  };
  const isOfSeconds = (name: string): boolean => {
    const tier = project().tiers.get(name);
    return tier !== undefined && isFast(tier);
  };
  return {
    tell: () => {
      for (const tier of [...tallies.keys()]) tellOf(tier);
    },
    observer: {
      onEvent(event) {
        if (event.event !== 'warning') return;
        problems([{ severity: 'warning', code: event.code, message: event.message }]);
      },
      onRun(report, { tier }) {
        problems([...failuresOf(report), ...holdsOf(report)]);
        if ((noteHolds(report) || isEventful(report)) && screen.flags.json)
          screen.result(`${JSON.stringify(report)}\n`);
        const tally = tallies.get(tier) ?? new Tally();
        tallies.set(tier, tally);
        tally.add(report);
        if (screen.flags.verbose || !isOfSeconds(tier)) tellOf(tier);
      },
      onFailure(error, { tier, destination, retryMs }) {
        const of = destination === undefined ? `tier ${tier}` : `tier ${tier} to ${destination}`;
        const { code, message } = failureReport(error, project().root);
        const again = `${Math.ceil(retryMs / 1000)}s`;
        problems([
          { severity: 'error', code, message: `${of}: ${message}`, hint: `tried again within ${again}` },
        ]);
      },
      onOpen() {},
      onTiers() {},
      onLook() {},
      onTurn() {},
      onReload({ isValid }) {
        const words = !isValid
          ? 'is not valid: the one before stays in force'
          : 'is read: it is in force from now on';
        screen.note(`The project changed and ${words}.\n`);
      },
    },
  };
}

/** Something changed, or somebody should know. */
function isEventful({ segments, syncs }: RunReport): boolean {
  return (
    segments.some(({ entered, exited, error }) => entered + exited > 0 || error) ||
    syncs.some(
      ({ delivered, rejected, error }) => error || rejected > 0 || (delivered && total(delivered) > 0),
    )
  );
}
