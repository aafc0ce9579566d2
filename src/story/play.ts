/** Plays a story on a database in memory: each step is one tick, and is compared with everyone evaluated anew. */
import type { Project } from '../config/project.ts';
import { DiagnosedError, type Place } from '../diagnostics/diagnostic.ts';
import { prepareSegment } from '../evaluate/prepared.ts';
import type { Instant } from '../instant.ts';
import { isDamped } from '../segment/damping.ts';
import type { Dialect } from '../warehouse/dialect.ts';
import { type Session, WarehouseError } from '../warehouse/warehouse.ts';
import { firstStandings, membersOf, nextStandings, type Standings } from './damped.ts';
import { difference, differencesOf, toldDifference } from './differences.ts';
import { tablesOf } from './make.ts';
import type { Failure, Story, StoryStep } from './story.ts';
import { applyWrites, makeTables, type Writing } from './write.ts';

/** What a story is played on. */
export interface Theatre {
  readonly project: Project;
  readonly session: Session;
  readonly dialect: Dialect;
  /** One tick of these segments. */
  tick(segments: readonly string[], at: Instant): Promise<Ticked>;
  members(segment: string): Promise<readonly string[]>;
  /** Everyone for whom the segment holds, whatever was known before. */
  whole(segment: string, at: Instant): Promise<readonly string[]>;
  /** Every key that the segment's entity has. */
  everyone(segment: string, at: Instant): Promise<readonly string[]>;
  /** Lines on why keys are members at the last tick, or are not. */
  why(segment: string, keys: readonly string[], at: Instant): Promise<readonly string[]>;
}

export interface Ticked {
  /** What went wrong. */
  readonly error?: string;
  /** Why everyone was evaluated, though in a run at this instant the affected keys would have sufficed. */
  readonly full?: string;
}

/** Resolves to the first step that fails. */
export async function playStory(theatre: Theatre, story: Story): Promise<Failure | undefined> {
  const tables = tablesOf(theatre.project, story, theatre.dialect);
  const writing = { session: theatre.session, dialect: theatre.dialect, tables };
  const made = await attempt(story.place, () => makeTables(writing));
  if (made.failure) return made.failure;
  let before: Played = { members: [], standings: new Map() };
  for (const [index, step] of story.steps.entries()) {
    const scene = { theatre, segment: story.segment, writing, step, before, isFirst: index === 0 };
    const { value, failure } = await attempt(step.place, () => playStep(scene));
    if (failure) return failure;
    if ('lines' in value!) return value;
    before = value!;
  }
  return undefined;
}

/** A value that does not fit its column, or a name that the engine cannot hold, fails its own test and no other. */
async function attempt<T>(place: Place, work: () => Promise<T>): Promise<{ value?: T; failure?: Failure }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof DiagnosedError) {
      const lines = error.diagnostics.map(({ code, message }) => `${code}: ${message}`);
      return { failure: { place, lines } };
    }
    if (error instanceof WarehouseError) return { failure: { place, lines: [error.message] } };
    throw error;
  }
}

interface Scene {
  readonly theatre: Theatre;
  readonly segment: string;
  readonly writing: Writing;
  readonly step: StoryStep;
  readonly before: Played;
  readonly isFirst: boolean;
}

/** How a segment stands after a step. */
interface Played {
  readonly members: readonly string[];
  readonly standings: Standings;
}

async function playStep(scene: Scene): Promise<Failure | Played> {
  const { theatre, segment, writing, step, before, isFirst } = scene;
  const { place, at } = step;
  await applyWrites(writing, step.writes, at);
  const broken = await tick(scene);
  if (broken !== undefined) return { place, lines: [broken] };
  const members = await theatre.members(segment);
  const differences = differencesOf(step, before.members, members);
  // The first tick was of everyone.
  const standings = isFirst ? firstStandings(members, at) : await anew(scene);
  const against = difference('the tick against everyone evaluated anew', membersOf(standings), members);
  if (differences.length + against.length === 0) return { members, standings };
  const all = [...differences, ...against];
  const keys = [...new Set(all.flatMap(({ missing, extra }) => [...missing, ...extra]))];
  const lines = all.flatMap(toldDifference);
  return { place, lines: [...lines, ...(await theatre.why(segment, keys, at))] };
}

/** How everyone stands by what holds for them now, whatever the tick made of it. */
async function anew({ theatre, segment: name, step: { at }, before }: Scene): Promise<Standings> {
  const segment = theatre.project.segments.get(name)!;
  const holding = await theatre.whole(name, at);
  const there = isDamped(segment) ? await theatre.everyone(name, at) : holding;
  return nextStandings(segment, before.standings, { holding, there, at });
}

/** `query:` segments that it refers to tick before it, as they would in a run. */
async function tick({ theatre, segment, step, isFirst }: Scene): Promise<string | undefined> {
  const { stored } = prepareSegment(theatre.project, theatre.project.segments.get(segment)!);
  if (stored.length > 0) {
    const { error } = await theatre.tick(stored, step.at);
    if (error !== undefined) return error;
  }
  const { error, full } = await theatre.tick([segment], step.at);
  if (error !== undefined || full === undefined || isFirst) return error;
  return `everyone was evaluated (${full}), where the affected keys should have sufficed`;
}
