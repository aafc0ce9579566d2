/** `segsync run --watch`: stays, and keeps every tier at its cadence. */
import { definitionText } from '../config/definition-text.ts';
import type { Project } from '../config/project.ts';
import { DiagnosedError } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import type { Observer, Watched } from '../resident/context.ts';
import { reloadOnChange } from '../resident/reload.ts';
import { Resident } from '../resident/resident.ts';
import { parseListenAddress } from '../telemetry/address.ts';
import { type LoopTelemetry, openTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { openTraces, traced } from '../telemetry/traces.ts';
import { readVersion } from '../version.ts';
import { WarehouseError } from '../warehouse/warehouse.ts';
import { type EventLog, openEventLog } from './events.ts';
import { onInterrupt } from './interrupt.ts';
import { checkTiers, openProject } from './open.ts';
import type { Invocation } from './verb.ts';
import { telling } from './watch-told.ts';

export interface WatchRequest {
  readonly tiers?: readonly string[];
  readonly adoptState?: boolean;
  /** Where metrics and health are served: `9464`, `127.0.0.1:9464`. */
  readonly metrics?: string;
}

/** Fast tiers are told of this often. */
const TELL_MS = 60_000;

export async function watch(invocation: Invocation<unknown>, request: WatchRequest): Promise<ExitCode> {
  const { world, screen, globals } = invocation;
  const address = request.metrics === undefined ? undefined : parseListenAddress(request.metrics);
  const { project, target, selection } = await openProject(invocation);
  if (request.tiers) checkTiers(project, request.tiers);
  const telemetry = await openTelemetry(world, address, { project, version: await readVersion(world) });
  const log = await openEventLog(world, globals.events);
  let watched: Watched = { project, selection };
  const told = telling(invocation, () => watched.project);
  const observer = observing(told.observer, telemetry, log);
  const traces = await openTraces(world, ({ code, message }) =>
    observer.onEvent({ event: 'warning', code, message }, {}),
  );
  const interruption = onInterrupt(world, screen);
  const resident = new Resident(world, {
    ...{ target, watched, waitMs: globals.waitMs, signal: interruption.signal, observer },
    ...(request.tiers ? { tiers: new Set(request.tiers) } : {}),
    ...(request.adoptState ? { adoptState: true } : {}),
    traced: (of, onEvent, run) => traced(traces, of, onEvent, run),
  });
  const { signal } = resident;
  signal.addEventListener('abort', telemetry.ending, { once: true });
  const reload = async (): Promise<void> => {
    // A folder above may have a project of its own: while the file is gone, that is not this one.
    const here = { ...invocation, globals: { ...globals, projectDir: project.root } };
    const changed = await reopened(here, { project, target });
    observer.onReload({ isValid: changed !== undefined });
    if (!changed) return;
    watched = changed;
    resident.change(changed);
  };
  const stopTelling = world.timers.every(TELL_MS, told.tell);
  try {
    screen.note(
      `Watching ${project.name} on ${target}${telemetry.address ? `; http://${telemetry.address}` : ''}.\n`,
    );
    const reloading = reloadOnChange({ world, root: project.root, signal, reload });
    // What nobody foresaw ends the loops first.
    await Promise.all([resident.stay(), reloading.catch((error) => resident.fail(error))]);
    return interruption.exit() ?? EXIT.done;
  } finally {
    stopTelling();
    told.tell();
    interruption.release();
    await telemetry.close();
    await traces.close();
    await log.close();
  }
}

/** Everything that is told goes to people, to the event log and to the metrics. */
function observing(people: Observer, telemetry: Telemetry, log: EventLog): Observer {
  const loops = new Map<string, LoopTelemetry>();
  const loopOf = (tier: string): LoopTelemetry => {
    const loop = loops.get(tier) ?? telemetry.loop(tier);
    loops.set(tier, loop);
    return loop;
  };
  return {
    ...people,
    onEvent(event, of) {
      log.append(event);
      people.onEvent(event, of);
      if (of.tier !== undefined) loopOf(of.tier).onEvent(event);
    },
    onOpen: telemetry.warehouseAnswered,
    onTiers: telemetry.loaded,
    onLook({ tier, why, found }) {
      loopOf(tier).woke(why);
      loopOf(tier).probed(found);
    },
    onTurn: ({ tier, isGood, nextMs }) => loopOf(tier).turned(isGood, nextMs),
    onFailure(error, of) {
      people.onFailure(error, of);
      telemetry.failed(error instanceof DiagnosedError ? error.diagnostics[0]!.code : 'E703');
      if (of.destination === undefined) loopOf(of.tier).turned(false, of.retryMs);
    },
    onReload(of) {
      people.onReload(of);
      telemetry.reloaded(of.isValid);
    },
  };
}

/** The project as it is now; undefined, and its problems told, when it is not valid or needs a process of its own. */
async function reopened(
  invocation: Invocation<unknown>,
  { project: before, target }: { readonly project: Project; readonly target: string },
): Promise<Watched | undefined> {
  const { screen } = invocation;
  try {
    const { project, selection, target: asked } = await openProject(invocation);
    if (asked === target && placeOf(project, target) === placeOf(before, target))
      return { project, selection };
    screen.note('Another target, or another schema of the state, needs a process of its own.\n');
    return undefined;
  } catch (error) {
    if (error instanceof WarehouseError) {
      screen.note(`The project could not be read: ${error.message}.\n`);
      return undefined;
    }
    if (!(error instanceof DiagnosedError)) throw error;
    screen.problems(await Promise.all(error.diagnostics.map((each) => screen.shown(each))));
    return undefined;
  }
}

/** Where its state is. Never shown: it holds secrets. */
function placeOf({ targets, state }: Project, target: string): string {
  const { type, options } = targets.get(target) ?? {};
  return definitionText([type, options, state.schema]);
}
