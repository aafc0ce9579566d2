import { describe, expect, it } from 'vitest';
import { planMarkdown } from '../../../src/report/markdown.ts';
import { report, segment, sync } from './fixture.ts';

const titled = { project: 'shop', target: 'prod' };
const text = (given: Parameters<typeof report>[0]): string => planMarkdown(report(given), titled);
/** What GitHub takes of one comment. */
const MOST = 65_536;

describe('a plan as Markdown', () => {
  it('of hundreds of segments shows those where most happens, and says how many more there are', () => {
    const segments = Array.from({ length: 500 }, (_, n) =>
      segment({ segment: `s${n}`, members: 1000, entered: n, exited: 0 }),
    );
    const shown = text({ segments });
    expect(shown).toContain('| `s499` | 501 | 1,000 | +499 | -0 |  |');
    expect(shown).toContain('| `s400` |');
    expect(shown).not.toContain('| `s399` |');
    expect(shown).toContain('_and 399 more, where less happens_');
    expect(shown).toContain('1 segment without a change.');
  });

  it('leaves out what a comment cannot hold, and says so', () => {
    const definition_changes = Array.from({ length: 400 }, (_, n) => ({
      ...{ kind: 'segment' as const, name: `s${n}`, change: 'logic' as const },
      diff: Array.from({ length: 500 }, (_, line) => `+ ${'é'.repeat(40)} ${line}`),
    }));
    const shown = text({ definition_changes });
    expect(Buffer.byteLength(shown)).toBeLessThan(MOST);
    expect(shown).toContain('@ 440 more lines');
    expect(shown).toContain('_and 300 more_');
    expect(shown).toMatch(/does not fit into a comment: `segsync plan` prints it all\._\n$/);
    expect(shown.match(/<details>/g)!.length).toBe(shown.match(/<\/details>/g)!.length);
  });

  it('keeps what people and vendors wrote from being anything but text', () => {
    const shown = text({
      definition_changes: [
        { kind: 'sync', name: 'a.b', change: 'new', detail: 'audience <b>|x|</b> [y](z)' },
        { kind: 'segment', name: 'c', change: 'logic', diff: ['+ ```', '+ </details>'] },
      ],
      segments: [segment({ segment: 'bad', error: { code: 'E703', message: 'no | <img src=x>' } })],
    });
    expect(shown).toContain('audience \\<b\\>\\|x\\|\\</b\\> \\[y\\](z)');
    expect(shown).toContain('````diff\n+ ```\n+ </details>\n````');
    expect(shown).toContain('- `bad`: E703 no \\| \\<img src=x\\>');
    expect(shown).toContain('| `bad` |  |  |  |  | failed: E703 |');
  });

  it('says of a sync what is not sent, and why a segment looks at everyone', () => {
    const planned = { add: 7, remove: 0, update: 0 };
    const shown = text({
      segments: [segment({ mode: 'full', reason: 'first_tick', members: 7, entered: 7 })],
      syncs: [sync({ planned, requests: 1, skipped: 'target' }), sync({ sync: 'vip.other' })],
    });
    expect(shown).toContain('| `vip` | 0 | 7 | +7 | -0 | everyone: first tick |');
    expect(shown).toContain('| `vip.files` | 7 | 0 | 0 | not sent |');
    expect(shown).toContain('1 sync without a change.');
    expect(shown.startsWith('<!-- segsync plan: shop prod -->\n### segsync plan for `prod` (shop)\n')).toBe(
      true,
    );
  });
});
