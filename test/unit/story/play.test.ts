/** What playing a story holds a tick to, beyond what the story expects. */
import { expect, it } from 'vitest';
import { playStory, type Theatre } from '../../../src/story/play.ts';
import type { Story } from '../../../src/story/story.ts';
import { loadedProject } from './project.ts';

const place = { file: '/s_test.yaml', line: 1, column: 1 };
const step = (line: number): Story['steps'][number] => ({
  ...{ at: BigInt(line), writes: [], expect: new Map([['members', ['a']]] as const) },
  place: { ...place, line },
});
const story: Story = { segment: 's', name: 't', types: new Map(), place, steps: [step(1), step(2)] };

async function played(otherwise: Partial<Theatre>): ReturnType<typeof playStory> {
  const { project, session, dialect, close } = await loadedProject();
  try {
    const theatre: Theatre = {
      ...{ project, session, dialect },
      tick: async () => ({}),
      members: async () => ['a'],
      whole: async () => ['a'],
      everyone: async () => ['a'],
      why: async () => ['because'],
      ...otherwise,
    };
    return await playStory(theatre, story);
  } finally {
    await close();
  }
}

it('passes', async () => {
  expect(await played({})).toBeUndefined();
});

it('wants every tick after the first to be incremental', async () => {
  const failure = await played({ tick: async () => ({ full: 'table_remade' }) });
  expect(failure).toEqual({
    place: { ...place, line: 2 },
    lines: ['everyone was evaluated (table_remade), where the affected keys should have sufficed'],
  });
});

it('wants a tick to find what evaluating everyone finds', async () => {
  const failure = await played({ whole: async () => ['a', 'b'] });
  expect(failure?.lines).toEqual(['the tick against everyone evaluated anew: missing b', 'because']);
});

it('tells the first step that fails, and why', async () => {
  const failure = await played({ members: async () => [] });
  expect(failure).toMatchObject({ place: { line: 1 }, lines: ['members: missing a', 'because'] });
});
