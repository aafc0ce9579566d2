/** What plays the documentation: it finds what is wrong with a page, and takes no block that nobody would run. */
import { describe, expect, it } from 'vitest';
import { deadLinks, orphans } from '../../docs/pages.ts';
import { stepsOf } from '../../docs/steps.ts';
import { anchorsOf, linksOf, tablesOf } from '../../markdown.ts';

const fence = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`;

describe('the steps of a page', () => {
  it('come in its order, an output with the last command before it', () => {
    const page = [
      fence('yaml', '# segments/x.yaml\nentity: customer'),
      fence('sh', 'npx segsync plan\nnpx segsync run # exit 3'),
      fence('text', 'held'),
      '| condition | holds |\n| --- | --- |\n| `{ did: x }` | always |\n',
      fence('sql postgres', 'SELECT 1;'),
    ].join('\n');
    expect(stepsOf(page)).toEqual([
      { kind: 'write', file: 'segments/x.yaml', text: '# segments/x.yaml\nentity: customer\n', line: 1 },
      { kind: 'type', command: 'npx segsync plan', exit: 0, line: 7 },
      { kind: 'type', command: 'npx segsync run', exit: 3, line: 8, output: 'held\n' },
      { kind: 'conditions', conditions: ['{ did: x }'], line: 15 },
      { kind: 'query', sql: 'SELECT 1', on: 'postgres', line: 19 },
    ]);
  });

  it('take a part of the project, and a condition by itself', () => {
    expect(stepsOf(fence('yaml', '# part of segsync.yaml\nvars: { a: 1 }'))[0]).toMatchObject({
      kind: 'merge',
    });
    const [step] = stepsOf(fence('yaml', 'where:\n  did: x\n  within: 1d'));
    expect(step).toMatchObject({ kind: 'conditions', conditions: ['\n  did: x\n  within: 1d\n'] });
  });

  it.each([
    ['yaml that belongs nowhere', fence('yaml', 'entity: customer')],
    ['a text that nothing printed', fence('text', 'held')],
    ['a language that nobody runs', fence('python', 'print(1)')],
    ['a query for an engine that is not here', fence('sql snowflake', 'SELECT 1')],
  ])('refuse %s', (_, page) => {
    expect(() => stepsOf(page)).toThrow(/^line 1: /);
  });
});

describe('links', () => {
  it('lead to files and to headings of them', () => {
    const text =
      '# A page\n[a](README.md#the-pages) [b](nowhere.md) [c](#a-page) [d](README.md#gone) `[e](x.md)`\n';
    expect(deadLinks({ path: 'docs/made-up.md', text })).toEqual(['nowhere.md', 'README.md#gone']);
  });

  it('find every page but those that nobody names', () => {
    const pages = [
      { path: 'README.md', text: '[state](docs/state.md) [all](docs/warehouses/)' },
      { path: 'docs/state.md', text: '' },
      { path: 'docs/warehouses/cost.md', text: '' },
      { path: 'docs/faq.md', text: '[state](state.md)' },
    ];
    expect(orphans(pages)).toEqual(['docs/faq.md']);
  });
});

describe('a page taken apart', () => {
  it('has anchors as GitHub makes them', () => {
    const page =
      '# The `segsync.*` tables\n## Who, and why?\n## Who, and why?\n<a id="e101"></a>\n```sh\n# no\n```\n';
    expect([...anchorsOf(page)]).toEqual(['the-segsync-tables', 'who-and-why', 'who-and-why-1', 'e101']);
  });

  it('has no links or tables in code', () => {
    const page = '`[a](b)` [c](d)\n```text\n[e](f)\n| a |\n| --- |\n```\n';
    expect(linksOf(page)).toEqual(['d']);
    expect(tablesOf(page)).toEqual([]);
  });
});
