/** Test files, and the tests in segments' own files -> stories. */
import type { YamlMap, YamlNode } from '../config/node.ts';
import type { Problems } from '../config/problems.ts';
import type { Project } from '../config/project.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { parseTypes, parseWrites } from './parse-rows.ts';
import { singleStep, storySteps } from './parse-steps.ts';
import { Reader } from './reader.ts';
import type { Story } from './story.ts';

export const TEST_KEYS = ['name', 'at', 'given', 'expect', 'story', 'types'] as const;
export const FILE_KEYS = ['segment', 'tests'] as const;

/** The stories of a file of tests. */
export function readTestFile(root: YamlMap, project: Project, problems: Problems): Story[] {
  const segment = root.entries.get('segment')?.value;
  if (segment?.kind !== 'text') {
    const place = (segment ?? root).place;
    return problems.report('E641', { what: 'segment', expected: 'the name of a segment' }, place) ?? [];
  }
  const name = segment.text;
  if (!project.segments.has(name)) {
    const suggestion = nearest(name, project.segments.keys());
    return problems.report('E642', { name, suggestion }, segment.place) ?? [];
  }
  const reader = new Reader(project, name, problems);
  const keys = reader.map(root, 'file', FILE_KEYS);
  const tests = keys.get('tests')?.value;
  return tests ? readList(reader, tests) : (reader.missing('tests', 'a list', root, keys) ?? []);
}

/** What stands under `tests:` of a segment's own file. */
export function readOwnTests(node: YamlNode, segment: string, project: Project, problems: Problems): Story[] {
  return readList(new Reader(project, segment, problems), node);
}

function readList(reader: Reader, node: YamlNode): Story[] {
  return reader.list(node, 'tests').map((each) => readTest(reader, each));
}

function readTest(reader: Reader, node: YamlNode): Story {
  const keys = reader.map(node, 'a test', TEST_KEYS);
  const name = keys.get('name')?.value;
  if (!name) reader.missing('name', 'given: what the test shows', node, keys);
  else if (name.kind !== 'text') reader.wrong('name', 'text', name);
  const types = parseTypes(reader, keys.get('types')?.value);
  return {
    segment: reader.segment,
    name: name?.kind === 'text' ? name.text : '',
    steps: stepsOf(reader, node, keys, types),
    types,
    place: node.place,
  };
}

function stepsOf(
  reader: Reader,
  node: YamlNode,
  keys: YamlMap['entries'],
  types: Story['types'],
): Story['steps'] {
  const writes = parseWrites(reader, keys.get('given'), 'insert', types);
  const story = keys.get('story');
  if (!story) return [singleStep(reader, node, keys, writes)];
  if (keys.has('expect'))
    reader.wrong('expect', 'in a step, where there is a `story:`', keys.get('expect')!.value);
  return storySteps(reader, story.value, { at: reader.instant(keys.get('at')), writes, types });
}
