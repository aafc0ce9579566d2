import { expectProblems, type FileTexts } from './fixture.ts';
import { SHOP } from './shop.ts';

const project = (text: string | Uint8Array): FileTexts => ({ ...SHOP, 'segsync.yaml': text });
const out = (text: string): FileTexts => ({ ...SHOP, 'destinations/out.yaml': text });

const nine = (name: string): string => Array(9).fill(name).join(', ');
const BOMB = `a: &a [${nine('x')}]\n${['ab', 'bc', 'cd', 'de', 'ef', 'fg']
  .map(([from, to]) => `${to}: &${to} [${nine(`*${from}`)}]\n`)
  .join('')}`;
const CHAIN = `a0: &a0 [x]\n${Array.from({ length: 3000 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]\n`).join('')}`;

expectProblems('a tab that indents', project('version: 1\nx:\n\t- a\n'), [
  'E103 segsync.yaml:3:1 not valid YAML: a tab cannot indent | use spaces',
]);
expectProblems('a key twice', project('version: 1\nversion: 1\n'), [
  'E103 segsync.yaml:2:1 not valid YAML: this key stands here a second time | keep one of the two',
]);
expectProblems('an empty file', project(''), ['E103 segsync.yaml:1:1 not valid YAML: the file is empty']);
expectProblems('a list instead of a mapping', project('- a\n'), [
  'E103 segsync.yaml:1:1 not valid YAML: the file must be a mapping of `key: value`',
]);
expectProblems('a binary file', project(new Uint8Array([0x61, 0, 1, 2])), [
  'E102 segsync.yaml:1:1 segsync.yaml cannot be read: it is not UTF-8 text',
]);
expectProblems('a file in another encoding', project(new Uint8Array([0x61, 0x3a, 0x20, 0xe9])), [
  'E102 segsync.yaml:1:1 segsync.yaml cannot be read: it is not UTF-8 text',
]);
expectProblems('a file larger than 1 MB', project(`# ${'x'.repeat(1_000_000)}\n`), [
  'E102 segsync.yaml:1:1 segsync.yaml cannot be read: it is larger than 1 MB',
]);
expectProblems('aliases that unfold without end', project(BOMB), [
  'E103 segsync.yaml:1:26 not valid YAML: its aliases unfold to too many values',
]);
expectProblems('a long chain of aliases', project(CHAIN), [
  'E103 segsync.yaml:1:10 not valid YAML: nested too deeply',
]);
expectProblems('an alias inside its own anchor', project('a: &a [*a]\n'), [
  'E103 segsync.yaml:1:8 not valid YAML: an alias stands inside its own anchor',
]);
expectProblems('brackets nested 20,000 deep', project(`a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`), [
  'E103 segsync.yaml:1:1 not valid YAML: nested too deeply',
]);
expectProblems('a reference without quotes in braces', out(`{type: file, directory: \${env:X}}`), [
  `E103 destinations/out.yaml:1:26 not valid YAML: this cannot stand here | text that holds one of { } [ ] , needs quotes, as in "\${env:NAME}"`,
]);
expectProblems('an unknown tag', out('type: !foo file\n'), [
  'E103 destinations/out.yaml:1:7 not valid YAML: this tag is unknown | text that begins with `!` needs quotes',
]);
expectProblems('two documents', out('type: file\n---\ntype: file\n'), [
  'E103 destinations/out.yaml:2:1 not valid YAML: a second document begins here | one file holds one document: take the `---` out, or move the rest to a file of its own',
]);
expectProblems('an alias without an anchor', out('type: *x\n'), [
  'E103 destinations/out.yaml:1:7 not valid YAML: an alias without an anchor before it',
]);
expectProblems('a binary value', out('type: !!binary aGk=\n'), [
  'E103 destinations/out.yaml:1:16 not valid YAML: only text, numbers, true and false are values',
]);
expectProblems('a list as a key', out('? [a]\n: 1\n'), [
  'E103 destinations/out.yaml:1:3 not valid YAML: a key must be text',
]);
expectProblems('text with a NUL', out('type: "a\\0b"\n'), [
  'E121 destinations/out.yaml:1:7 text here holds a NUL character, which no warehouse can store | take the `\\0` out',
]);
expectProblems('a merge of text', out('<<: a\ntype: file\n'), [
  'E103 destinations/out.yaml:1:5 not valid YAML: `<<` merges mappings only',
]);
expectProblems('text with a colon', out('type: file: b\n'), [
  'E103 destinations/out.yaml:1:7 not valid YAML: Nested mappings are not allowed in compact mappings | text that holds `: ` needs quotes',
]);
expectProblems('a bracket that stays open', out('type: [file\n'), [
  'E103 destinations/out.yaml:2:1 not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ] | keys of one mapping begin in the same column; brackets must be closed',
]);
expectProblems('a folder in place of a file', { 'segsync.yaml/a': '' }, [
  'E102 segsync.yaml:1:1 segsync.yaml cannot be read: it is a folder',
]);
expectProblems('a file in place of a folder', { 'segsync.yaml': SHOP['segsync.yaml'], segments: '' }, [
  'E102 - segments cannot be read: it is no folder',
]);
