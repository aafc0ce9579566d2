/** What an editor underlines: the schema refuses it, and so does the program. */
import { describe, expect, it } from 'vitest';
import type { DocumentKind } from '../../../../src/config/json-schema/documents.ts';
import { problemsOf } from '../fixture.ts';
import { PROJECT } from '../shop.ts';
import { refusals } from './schemas.ts';

const FILES = {
  'segsync.yaml': PROJECT,
  'destinations/ads.yaml': 'type: file\ndirectory: out\n',
};

const segment = (where: string): string => `entity: customer\nwhere: ${where}\n`;
const sync = (entry: string): string => `${segment('{ did: events }')}sync: [${entry}]\n`;
const project = (line: string): string => `${PROJECT}${line}\n`;
const changed = (from: string, to: string): string => {
  if (!PROJECT.includes(from)) throw new Error(`the project has no ${from}`);
  return PROJECT.replace(from, to);
};

const SEGMENTS = {
  'a misspelt key': 'entity: customer\nwehre: { did: events }\n',
  'no entity': 'where: { did: events }\n',
  'neither where nor query': 'entity: customer\n',
  'both where and query': 'entity: customer\nwhere: { did: events }\nquery: SELECT 1\n',
  'tags that are text': `${segment('{ did: events }')}tags: lifecycle\n`,
  'a name in capitals': `${segment('{ did: events }')}name: VIPs\n`,
  'a condition that is text': segment('vip'),
  'a list without all': segment('[{ did: events }]'),
  'no condition': segment('{}'),
  'two conditions in one': segment('{ did: events, trait: email, eq: x }'),
  'an empty group': segment('{ all: [] }'),
  'a group that is a mapping': segment('{ any: { did: events } }'),
  'a misspelt operator': segment('{ trait: email, equals: x }'),
  'a trait without an operator': segment('{ trait: email }'),
  'a trait with two operators': segment('{ trait: points, gt: 1, lt: 3 }'),
  'an operator without a value': segment('{ trait: email, eq: null }'),
  'a list behind eq': segment('{ trait: email, eq: [a, b] }'),
  'a value behind in': segment('{ trait: email, in: a }'),
  'nothing to be in': segment('{ trait: email, in: [] }'),
  'a number that text is searched for': segment('{ trait: email, contains: 3 }'),
  'is_null of a text': segment('{ trait: email, is_null: "yes" }'),
  'between three values': segment('{ trait: points, between: [1, 2, 3] }'),
  'a duration without a unit': segment('{ did: events, within: 30 }'),
  'a duration in a unit there is not': segment('{ did: events, within: 3mo }'),
  'a fraction of a duration': segment('{ did: events, within: 1.5h }'),
  'two windows': segment('{ did: events, within: 7d, older_than: 1d }'),
  'half a window': segment('{ did: events, between: { from: 14d } }'),
  'a unit of the calendar that there is not': segment('{ did: events, this: fortnight }'),
  'no units': segment('{ did: events, previous: { count: 0, unit: month } }'),
  'no date': segment('{ did: events, after: yesterday }'),
  'a count of a column': segment('{ did: events, count: { of: total, gte: 3 } }'),
  'a sum of nothing': segment('{ did: events, sum: { gte: 3 } }'),
  'a sum that is compared with text': segment('{ did: events, sum: { of: total, gte: many } }'),
  'a measure without a comparison': segment('{ did: events, count: 3 }'),
  'two measures': segment('{ did: events, count: { gte: 1 }, sum: { of: total, gte: 3 } }'),
  'a comparison inside a measure': segment('{ measure: { did: events, gte: 3 }, gte: 3 }'),
  'a measure of two sources': segment('{ measure: { did: events, has: refunds }, gte: 3 }'),
  'a filter that is a list': segment('{ did: events, where: [a] }'),
  'a filter of nothing': segment('{ did: events, where: {} }'),
  'a trait in a filter': segment('{ did: events, where: { total: { gte: { trait: points } } } }'),
  'a misspelt operator in a filter': segment('{ did: events, where: { total: { atleast: 3 } } }'),
  'a sequence of nothing': segment('{ sequence: [] }'),
  'a sequence that begins with a not': segment('{ sequence: [{ not: { did: events } }, { did: events }] }'),
  'a step that is text': segment('{ sequence: [events] }'),
  'a share of nothing': segment('{ share: { of: ads } }'),
  'a share that is a number': segment('{ share: { of: ads, below: 10 } }'),
  'a value that is multiplied, and is none': segment('{ trait: points, gt: { times: 2 } }'),
  'a sync to nowhere': sync('{ match: [email] }'),
  'a mode there is not': sync('{ to: ads, mode: mirrored }'),
  'a field of nothing': sync('{ to: ads, fields: { a: { column: x } } }'),
  'a field of two things': sync('{ to: ads, fields: { a: { value: 1, trait: x } } }'),
  'consent without a trait': sync('{ to: ads, consent: { eq: true } }'),
  'a guard without its sign': sync('{ to: ads, guards: { max_add: 30 } }'),
};

const PROJECTS = {
  'another version': changed('version: 1', 'version: 2'),
  'no project': changed('project: storefront\n', ''),
  'a target of no type': changed('{ type: duckdb, path: shop.duckdb }', '{ path: shop.duckdb }'),
  'a target of a type there is not': changed('type: duckdb', 'type: duckbd'),
  'an option that another warehouse has': changed('path: shop.duckdb', 'path: x, host: y'),
  'an option that is missing': changed(', path: shop.duckdb', ''),
  'an entity without a key': changed('    key: id\n', ''),
  'an entity of two tables': changed('    key: id\n', '    key: id\n    table: a.b\n'),
  'a kind of identifier there is not': changed('kind: email', 'kind: mail'),
  'a country in words': changed('default_country: DE', 'default_country: Germany'),
  'an overlap in words': changed('overlap: 2m', 'overlap: two minutes'),
  'duplicates of another kind': changed('duplicates: latest', 'duplicates: first'),
  'a source that is text': changed(
    '{ table: data/subscriptions.csv, key: customer_id }',
    'shop.subscriptions',
  ),
  'a trait table without a column': changed(', column: score', ''),
  'a time of day without minutes': changed('at: "02:30"', 'at: "2"'),
  'a misspelt key of the file': project('guard: {}'),
  'a guard that is negative': changed('min_guarded_size: 10', 'min_guarded_size: -1'),
};

const DESTINATIONS = {
  'no type': 'directory: out\n',
  'a type there is not': 'type: files\ndirectory: out\n',
  'an option that is missing': 'type: file\n',
  'a misspelt option': 'type: file\ndirectory: out\nformatt: csv\n',
  'a format there is not': 'type: file\ndirectory: out\nformat: xml\n',
  'an option of another type': 'type: file\ndirectory: out\naccess_token: x\n',
  'targets that are text': 'type: file\ndirectory: out\ntargets: dev\n',
  'no targets where they are needed': 'type: slack\nwebhook_url: https://example.com\n',
  'a default that no sync has': 'type: file\ndirectory: out\ndefaults: { audience: x }\n',
  'a header that is a number': 'type: webhook\nurl: https://example.com\nheaders: { a: 1 }\n',
  'a batch that is text': 'type: webhook\nurl: https://example.com\nbatch_size: many\n',
};

function expectRefused(kind: DocumentKind, path: string, texts: Readonly<Record<string, string>>): void {
  describe(`a ${kind} with`, () => {
    it.each(Object.entries(texts))('%s', async (_, text) => {
      expect(refusals(kind, text)).not.toEqual([]);
      expect(await problemsOf({ ...FILES, [path]: text })).not.toEqual([]);
    });
  });
}

expectRefused('segment', 'segments/s.yaml', SEGMENTS);
expectRefused('project', 'segsync.yaml', PROJECTS);
expectRefused('destination', 'destinations/ads.yaml', DESTINATIONS);

describe('a reference to the environment passes wherever text has a form', () => {
  it.each([
    ['segment', segment(`{ did: events, within: "\${var:WINDOW}" }`)],
    ['segment', sync(`{ to: ads, mode: "\${env:MODE:-mirror}" }`)],
    ['project', changed('kind: email', `kind: "\${var:KIND}"`)],
    ['destination', `type: webhook\nurl: "\${env:HOOK}"\nrate: "\${env:RATE}"\n`],
  ] as const)('%s', (kind, text) => expect(refusals(kind, text)).toEqual([]));
});
