import { describe, expect, it } from 'vitest';
import type { Project } from '../../../src/config/project.ts';
import { select } from '../../../src/config/select.ts';
import { DiagnosedError } from '../../../src/diagnostics/diagnostic.ts';

const DID = { kind: 'did', source: 'orders' };
/** gold refers to carts_saved, and that to cart. */
const SEGMENTS = [
  { name: 'cart', file: 'segments/lifecycle/cart.yaml', tier: 'realtime', tags: ['lifecycle'], where: DID },
  {
    name: 'carts_saved',
    file: 'segments/lifecycle/carts_saved.yaml',
    tier: 'hourly',
    tags: ['lifecycle', 'ads'],
    where: { kind: 'not', of: { kind: 'segment', segment: 'cart' } },
  },
  {
    name: 'gold',
    file: 'segments/gold.yaml',
    tier: 'daily',
    tags: [],
    where: { kind: 'any', of: [DID, { kind: 'segment', segment: 'carts_saved' }] },
  },
];
const SYNCS = [
  { name: 'cart.braze', segment: 'cart', destination: 'braze', tier: 'realtime' },
  { name: 'cart.meta', segment: 'cart', destination: 'meta', tier: 'hourly' },
  { name: 'carts_saved.meta', segment: 'carts_saved', destination: 'meta', tier: 'hourly' },
  { name: 'gold.braze', segment: 'gold', destination: 'braze', tier: 'daily' },
];
const named = <T extends { name: string }>(list: readonly T[]): Map<string, T> =>
  new Map(list.map((entry) => [entry.name, entry]));
/** Only what selecting reads. */
const project = {
  segments: named(SEGMENTS),
  syncs: named(SYNCS),
  destinations: named([{ name: 'braze' }, { name: 'meta' }]),
  tiers: named([{ name: 'realtime' }, { name: 'hourly' }, { name: 'daily' }]),
} as unknown as Project;

function chosen(wanted: string[], exclude: string[] = []): string {
  const { segments, syncs } = select(project, { select: wanted, exclude });
  return `${[...segments].sort().join(' ')} | ${[...syncs].sort().join(' ')}`;
}

function refused(wanted: string[], exclude: string[] = []): string {
  try {
    return chosen(wanted, exclude);
  } catch (error) {
    if (!(error instanceof DiagnosedError)) throw error;
    const [first] = error.diagnostics;
    return `${first!.code} ${first!.exit} ${first!.hint ?? ''}`;
  }
}

const EVERYTHING = 'cart carts_saved gold | cart.braze cart.meta carts_saved.meta gold.braze';

describe('--select', () => {
  it.each([
    ['nothing asked: everything', [], EVERYTHING],
    ['a segment brings its syncs', ['cart'], 'cart | cart.braze cart.meta'],
    ['a star stands for any part', ['cart*'], 'cart carts_saved | cart.braze cart.meta carts_saved.meta'],
    ['a sync brings its segment, not its siblings', ['cart.meta'], 'cart | cart.meta'],
    ['tag', ['tag:ads'], 'carts_saved | carts_saved.meta'],
    ['path: a file', ['path:segments/gold.yaml'], 'gold | gold.braze'],
    [
      'path: a folder',
      ['path:./segments/lifecycle/'],
      'cart carts_saved | cart.braze cart.meta carts_saved.meta',
    ],
    ['dest', ['dest:meta'], 'cart carts_saved | cart.meta carts_saved.meta'],
    ['tier: segments and syncs of it', ['tier:hourly'], 'cart carts_saved | cart.meta carts_saved.meta'],
    ['several are a union', ['gold', 'cart.meta'], 'cart gold | cart.meta gold.braze'],
    ['a space is a union, too', ['gold tag:ads'], 'carts_saved gold | carts_saved.meta gold.braze'],
    ['a comma is an intersection', ['tag:lifecycle,dest:braze'], 'cart | cart.braze'],
    ['+x: what it refers to, too', ['+gold'], EVERYTHING],
    ['+x of one in the middle', ['+carts_saved'], 'cart carts_saved | cart.braze cart.meta carts_saved.meta'],
    ['x+: what refers to it, too', ['carts_saved+'], 'carts_saved gold | carts_saved.meta gold.braze'],
    ['x+ through others', ['cart+'], EVERYTHING],
    ['+x+', ['+carts_saved+'], EVERYTHING],
    ['+ of what nothing refers to', ['gold+'], 'gold | gold.braze'],
    ['+ of another kind', ['tag:ads+'], 'carts_saved gold | carts_saved.meta gold.braze'],
    ['+ of a sync', ['cart.meta+'], 'cart carts_saved gold | cart.meta carts_saved.meta gold.braze'],
    ['+ in an intersection', ['cart+,dest:braze'], 'cart gold | cart.braze gold.braze'],
  ])('%s', (_, wanted, expected) => {
    expect(chosen(wanted)).toBe(expected);
  });

  it('refuses what matches nothing, with what was meant', () => {
    expect(refused(['gld'])).toBe('E605 64 did you mean `gold`?');
    expect(refused(['tag:lifecycl'])).toBe('E605 64 did you mean `tag:lifecycle`?');
    expect(refused(['dest:metaa'])).toBe('E605 64 did you mean `dest:meta`?');
    expect(refused(['+gld'])).toBe('E605 64 did you mean `+gold`?');
    expect(refused(['gold,dest:meta'])).toBe('E605 64 ');
    expect(refused(['zzzzzz*'])).toBe('E605 64 ');
  });

  it('refuses what is no selector', () => {
    expect(refused(['tags:x'])).toBe('E606 64 did you mean `tag:x`?');
    expect(refused(['config:x'])).toMatch(/^E606 64 a name/);
    expect(refused(['++cart'])).toMatch(/^E606/);
    expect(refused(['+'])).toMatch(/^E606/);
    expect(refused(['ca+rt'])).toMatch(/^E606/);
    expect(refused(['cart,'])).toMatch(/^E606/);
  });

  it('takes no name for a pattern of another kind', () => {
    expect(refused(['c.rt'])).toMatch(/^E605/);
    expect(refused(['(cart'])).toMatch(/^E605/);
  });
});

describe('--exclude', () => {
  it.each([
    ['a segment leaves with its syncs', [], ['cart'], 'carts_saved gold | carts_saved.meta gold.braze'],
    ['a sync leaves alone', [], ['cart.meta'], EVERYTHING.replace(' cart.meta', '')],
    ['dest takes syncs only', [], ['dest:meta'], 'cart carts_saved gold | cart.braze gold.braze'],
    ['what refers to it leaves, too', [], ['carts_saved+'], 'cart | cart.braze cart.meta'],
    ['from what was selected', ['cart*'], ['tag:ads'], 'cart | cart.braze cart.meta'],
    ['an intersection', [], ['tag:lifecycle,dest:meta'], 'cart carts_saved gold | cart.braze gold.braze'],
  ])('%s', (_, wanted, exclude, expected) => {
    expect(chosen(wanted, exclude)).toBe(expected);
  });
});
