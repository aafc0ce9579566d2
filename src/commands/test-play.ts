/** Plays stories, several side by side, each on a database of its own in memory. */
import pLimit from 'p-limit';
import { memoryWarehouse } from '../adapters.ts';
import type { Project } from '../config/project.ts';
import { ALWAYS_FULL } from '../evaluate/mode.ts';
import type { Instant } from '../instant.ts';
import { runPipeline } from '../pipeline.ts';
import type { RunReport, SegmentResult } from '../report/results.ts';
import type { TestResult } from '../report/stories.ts';
import { openDestinations } from '../run/destinations.ts';
import { membersIn } from '../run/inspect.ts';
import { type Opened, openTarget } from '../run/open.ts';
import { everyone, wholeVerdict } from '../run/whole.ts';
import { whyBriefly } from '../run/why-brief.ts';
import { inOneDatabase } from '../story/one-database.ts';
import { playStory, type Theatre, type Ticked } from '../story/play.ts';
import type { Failure, Story } from '../story/story.ts';
import type { World } from '../world.ts';

/** Tests that run side by side. */
const AT_ONCE = 4;
/** Of so many keys it is told why they are members, or are not. */
const MOST_WHY = 3;
const TARGET = 'test';

/** In the order of the stories. */
export function playAll(world: World, project: Project, stories: readonly Story[]): Promise<TestResult[]> {
  const own = inOneDatabase(project);
  const limit = pLimit(AT_ONCE);
  return Promise.all(stories.map((story) => limit(() => playTimed(world, own, story))));
}

async function playTimed(world: World, project: Project, story: Story): Promise<TestResult> {
  const started = world.clock.monotonic();
  const failure = await playOne(world, project, story);
  return {
    segment: story.segment,
    name: story.name,
    place: story.place,
    duration_ms: Math.round(world.clock.monotonic() - started),
    ...(failure ? { failure } : {}),
  };
}

/** `project`: as `inOneDatabase` makes it. */
export async function playOne(world: World, project: Project, story: Story): Promise<Failure | undefined> {
  const stage = clockOf(world);
  const own = await inMemory(world, project);
  const opened = await openTarget(stage.world, own, TARGET, 'write');
  const destinations = openDestinations(stage.world, own);
  try {
    return await playStory(theatreOf(stage, own, opened, destinations), story);
  } finally {
    await destinations.close();
    await opened.session.close();
  }
}

/** A world whose clock stands where a story says. */
interface Stage {
  readonly world: World;
  set(now: Instant): void;
}

function clockOf(world: World): Stage {
  let now = 0n;
  return {
    world: { ...world, clock: { ...world.clock, now: () => now } },
    set(instant) {
      now = instant;
    },
  };
}

async function inMemory(world: World, project: Project): Promise<Project> {
  const warehouse = await memoryWarehouse(world);
  const options = warehouse.inMemory(world.random.uuid());
  const target = {
    ...project.targets.get(project.defaultTarget)!,
    ...{ name: TARGET, type: warehouse.name, options },
  };
  return { ...project, targets: new Map([[TARGET, target]]), defaultTarget: TARGET };
}

function theatreOf(
  stage: Stage,
  project: Project,
  opened: Opened,
  destinations: ReturnType<typeof openDestinations>,
): Theatre {
  return {
    project,
    session: opened.session,
    dialect: opened.warehouse.dialect,
    async tick(segments, at) {
      stage.set(at);
      const { report } = await runPipeline(stage.world, project, {
        ...{ command: 'run', target: TARGET, segments: new Set(segments), syncs: new Set() },
        ...{ all: true, full: false, waitMs: 0, opened, destinations },
        signal: new AbortController().signal,
        onEvent: () => {},
      });
      return tickedOf(report);
    },
    async members(segment) {
      const keys: string[] = [];
      for await (const { entity_key } of membersIn(opened, segment)) keys.push(entity_key);
      return keys;
    },
    whole: (segment, at) => wholeVerdict(opened, project, segment, at),
    everyone: (segment, at) => everyone(opened, project, segment, at),
    why: (segment, keys, t) =>
      whyBriefly(stage.world, project, opened, { segment, keys: keys.slice(0, MOST_WHY), t }),
  };
}

function tickedOf({ segments }: RunReport): Ticked {
  const broken = segments.find(({ error }) => error)?.error;
  if (broken) return { error: `${broken.code}: ${broken.message}` };
  const full = segments.find(isNeedlesslyFull);
  return full ? { full: full.reason } : {};
}

const FINE = new Set<string>(['affected_share', ...ALWAYS_FULL]);

function isNeedlesslyFull({ mode, reason }: SegmentResult): boolean {
  return mode === 'full' && !FINE.has(reason);
}
