import { expect, it } from 'vitest';
import { Problems } from '../../../src/config/problems.ts';
import type { Entity } from '../../../src/config/project.ts';
import type { ResolvedDestination } from '../../../src/config/resolve-destination.ts';
import { readSync } from '../../../src/config/resolve-sync.ts';
import { resolveTiers } from '../../../src/config/tiers.ts';
import { parseYaml } from '../../../src/config/yaml.ts';

/** Syncs to a destination that knows people by identifiers only; none of that kind is built in yet. */
function read(text: string, told = {}): { match?: readonly string[]; codes: string[] } {
  const problems = new Problems();
  const node = parseYaml(text, '/a.yaml', problems)!;
  const identifiers = new Map([['email', {}]]);
  const entity = { name: 'customer', identifiers, traits: new Map() } as unknown as Entity;
  const ads = {
    destination: { name: 'ads' },
    manifest: { needsIdentifier: true, ...told },
    defaults: {},
  } as unknown as ResolvedDestination;
  const scope = {
    owner: { name: 'a', place: node.place, segment: { tier: 'daily' } },
    entity,
    destinations: new Map([['ads', ads]]),
    tiers: resolveTiers(undefined, '', problems),
    context: { problems, timezone: 'UTC' },
  } as unknown as Parameters<typeof readSync>[2];
  const sync = readSync(node, 0, scope)?.sync;
  return { match: sync?.match, codes: problems.all.map(({ code, hint }) => `${code} ${hint}`) };
}

it('a sync needs an identifier where the destination knows people by identifiers only', () => {
  expect(read('to: ads')).toEqual({ codes: ['E120 choose among: email'] });
  expect(read('{to: ads, match: []}')).toEqual({ codes: ['E120 choose among: email'] });
  expect(read('{to: ads, match: [email, email]}')).toEqual({ match: ['email'], codes: [] });
});

it.each([
  ['mirror', true, []],
  ['mirror', false, ['E135 take it out']],
  ['mirror', 'events', ['E135 take it out']],
  ['on_enter', 'events', []],
])('`fields` with mode %s, where the destination takes them: %s', (mode, takesFields, codes) => {
  const text = `{to: ads, match: [email], mode: ${mode}, fields: {source: {value: web}}}`;
  expect(read(text, { takesFields }).codes).toEqual(codes);
});
