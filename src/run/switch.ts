/** What people set between runs: a sync off and on, rejected rows back in line. */
import type { Project, Sync } from '../config/project.ts';
import { writeAllowance } from '../state/allowances.ts';
import { retryRejections } from '../state/rejection-rows.ts';
import { pauseSync, readSyncRows } from '../state/sync-rows.ts';
import type { World } from '../world.ts';
import { type Opened, openTarget, type Patience } from './open.ts';

export interface SwitchRequest extends Patience {
  readonly target: string;
  readonly syncs: ReadonlySet<string>;
}

/** Takes syncs off; one that is delivering right now stops at its next flush. */
export function pauseSyncs(
  world: World,
  project: Project,
  request: SwitchRequest & { readonly reason?: string },
): Promise<void> {
  const { reason } = request;
  return withState(world, project, request, async ({ session, tables }) => {
    const pause = { at: await session.now(), ...(reason === undefined ? {} : { reason }) };
    for (const sync of syncsOf(project, request)) await pauseSync(session, tables, rowOf(sync), pause);
  });
}

export interface Resumed {
  readonly sync: string;
  /** It had been taken off. */
  readonly was_paused: boolean;
}

/** Takes syncs on again, and lifts guards for their next delivery. */
export function resumeSyncs(
  world: World,
  project: Project,
  request: SwitchRequest & { readonly removal: ReadonlySet<string>; readonly add: ReadonlySet<string> },
): Promise<Resumed[]> {
  return withState(world, project, request, async ({ session, tables }) => {
    const rows = await readSyncRows(session, tables);
    const resumed: Resumed[] = [];
    for (const sync of syncsOf(project, request)) {
      const allowance = { removal: request.removal.has(sync.name), add: request.add.has(sync.name) };
      await session.transaction(async (transaction) => {
        await pauseSync(transaction, tables, rowOf(sync), undefined);
        await writeAllowance(transaction, tables, sync.name, allowance);
      });
      resumed.push({ sync: sync.name, was_paused: rows.get(sync.name)?.pausedAt !== undefined });
    }
    return resumed;
  });
}

export interface Retried {
  readonly sync: string;
  /** Rejected rows that are tried again. */
  readonly rows: number;
}

/** Puts rejected rows back in line: the next delivery of their sync tries them again. */
export function retrySyncs(world: World, project: Project, request: SwitchRequest): Promise<Retried[]> {
  return withState(world, project, request, async ({ session, tables }) => {
    const at = await session.now();
    const retried: Retried[] = [];
    for (const { name: sync } of syncsOf(project, request)) {
      retried.push({ sync, rows: await retryRejections(session, tables, { sync, at }) });
    }
    return retried;
  });
}

function syncsOf({ syncs }: Project, request: SwitchRequest): Sync[] {
  return [...syncs.values()].filter(({ name }) => request.syncs.has(name));
}

function rowOf({ name, segment, destination }: Sync): { sync: string; segment: string; destination: string } {
  return { sync: name, segment, destination };
}

async function withState<T>(
  world: World,
  project: Project,
  request: SwitchRequest,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const opened = await openTarget(world, project, request.target, 'write', request);
  try {
    return await work(opened);
  } finally {
    await opened.session.close();
  }
}
