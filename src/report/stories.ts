/** Results of tests: for people, as a document, as JUnit XML. */
import { relative } from 'node:path';
import type { Place } from '../diagnostics/diagnostic.ts';
import { plural } from './words.ts';

export interface TestResult {
  readonly segment: string;
  readonly name: string;
  readonly place: Place;
  readonly duration_ms: number;
  /** Where it failed, and how, a line each. */
  readonly failure?: { readonly place: Place; readonly lines: readonly string[] };
}

/** A line for each test that failed, with what differs; last, how many there were. */
export function testsText(results: readonly TestResult[], folder: string): string {
  const failed = results.filter(({ failure }) => failure);
  const texts = failed.map(
    ({ segment, name, failure }) =>
      `FAILED ${segment}: ${name}\n  ${at(failure!.place, folder)}\n${failure!.lines.map((line) => `  ${line}\n`).join('')}\n`,
  );
  return `${texts.join('')}${plural(results.length, 'test')}, ${failed.length} failed.\n`;
}

export interface TestsDocument {
  readonly version: 1;
  readonly passed: number;
  readonly total: number;
  readonly tests: {
    readonly segment: string;
    readonly name: string;
    /** From the working folder. */
    readonly file: string;
    readonly line: number;
    readonly status: 'passed' | 'failed';
    readonly duration_ms: number;
    readonly failed_at_line?: number;
    readonly differences?: string[];
  }[];
}

/** The document of `--json`. */
export function testsDocument(results: readonly TestResult[], folder: string): TestsDocument {
  const tests = results.map(({ segment, name, place, duration_ms, failure }) => ({
    segment,
    name,
    file: relative(folder, place.file),
    line: place.line,
    status: failure ? ('failed' as const) : ('passed' as const),
    duration_ms,
    ...(failure ? { failed_at_line: failure.place.line, differences: [...failure.lines] } : {}),
  }));
  return {
    version: 1,
    passed: tests.filter(({ status }) => status === 'passed').length,
    total: tests.length,
    tests,
  };
}

/** JUnit's XML: a suite for each segment. */
export function junitText(results: readonly TestResult[], folder: string): string {
  const suites = [...new Set(results.map(({ segment }) => segment))];
  const texts = suites.map((segment) => {
    const tests = results.filter((test) => test.segment === segment);
    return `  <testsuite name="${escaped(segment)}" ${totals(tests)}>\n${tests.map((test) => testcase(test, folder)).join('')}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="segsync" ${totals(results)}>\n${texts.join('')}</testsuites>\n`;
}

function totals(results: readonly TestResult[]): string {
  const failures = results.filter(({ failure }) => failure).length;
  const time = results.reduce((sum, each) => sum + each.duration_ms, 0);
  return `tests="${results.length}" failures="${failures}" errors="0" time="${seconds(time)}"`;
}

function testcase({ segment, name, place, duration_ms, failure }: TestResult, folder: string): string {
  const file = escaped(relative(folder, place.file));
  const open = `    <testcase classname="${escaped(segment)}" name="${escaped(name)}" file="${file}" time="${seconds(duration_ms)}"`;
  if (!failure) return `${open}/>\n`;
  const text = [at(failure.place, folder), ...failure.lines].join('\n');
  return `${open}>\n      <failure message="${escaped(failure.lines[0] ?? '')}">${escaped(text)}</failure>\n    </testcase>\n`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function at({ file, line }: Place, folder: string): string {
  return `${relative(folder, file)}:${line}`;
}

/** Text for an attribute or an element; characters that XML cannot hold are left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
