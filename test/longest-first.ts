/** The order of test files: those that take longest begin first, so that none of them is left alone at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Roughly by their time; all others come after them. */
const LONGEST = [
  'property/exactness',
  'chaos/processes',
  'simulation/simulation',
  'conformance/live',
  'chaos/doubles',
  'property/laws',
  'property/counter-examples',
  'secrets/delivery',
  'chaos/kill',
  'cli/two-runs',
  'deliver/delivery',
  'property/delivery',
  'simulation/kill-points',
  'secrets/warehouse',
  'property/hostile',
  'property/hostile-edges',
  'cli/dry-run',
  'cli/ending',
  'property/language',
];

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return rank < 0 ? LONGEST.length : rank;
}
