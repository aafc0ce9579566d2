/** What is said of a segment's logic is held against the brute-force evaluation: no person may contradict it. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Project, Segment } from '../../../src/config/project.ts';
import type { Condition } from '../../../src/segment/condition.ts';
import { judgeLogic } from '../../../src/segment/judge-logic.ts';
import { members } from '../../brute-force/evaluate.ts';
import { entityKeys, type Tables } from '../../brute-force/tables.ts';
import { projectOf } from './judged.ts';
import { condition, NOW, people } from './random-segment.ts';

const RUNS = Number(process.env.SEGSYNC_TEST_RUNS ?? 4000);

const base = await projectOf({ it: 'trait: n\neq: 1' });

function projectWith(where: Condition): { project: Project; segment: Segment } {
  const segment = { ...base.segments.get('it')!, where };
  return { project: { ...base, segments: new Map([['it', segment]]) }, segment };
}

function membersOf(where: Condition, tables: Tables): ReadonlySet<string> {
  return members(projectWith(where).project, tables, 'it', NOW);
}

/** The same condition, every part with a line of its own, in the order written. */
function numbered(where: Condition): Condition {
  let line = 0;
  const number = (of: Condition): Condition => {
    line += 1;
    const place = { file: '', line, column: 1 };
    if (of.kind === 'all' || of.kind === 'any') return { ...of, place, of: of.of.map(number) };
    return of.kind === 'not' ? { ...of, place, of: number(of.of) } : { ...of, place };
  };
  return number(where);
}

/** Without the part at a line. */
function without(where: Condition, line: number): Condition {
  if (where.kind === 'not') return { ...where, of: without(where.of, line) };
  if (where.kind !== 'all' && where.kind !== 'any') return where;
  return {
    ...where,
    of: where.of.filter(({ place }) => place.line !== line).map((part) => without(part, line)),
  };
}

describe('what is said of logic', () => {
  it('is true of everybody', () => {
    const said = { W202: 0, W203: 0, W204: 0 };
    fc.assert(
      fc.property(condition.map(numbered), fc.integer(), (where, seed) => {
        const { project, segment } = projectWith(where);
        const diagnostics = judgeLogic(project, segment);
        if (diagnostics.length === 0) return;
        const [tables] = fc.sample(people, { seed, numRuns: 1 }) as [Tables];
        for (const { code, place } of diagnostics) {
          said[code as keyof typeof said] += 1;
          const holds = membersOf(where, tables);
          if (code === 'W202') expect(holds.size).toBe(0);
          else if (code === 'W203') expect(holds.size).toBe(entityKeys(project, tables, 'customer').length);
          else expect(membersOf(without(where, place!.line), tables)).toEqual(holds);
        }
      }),
      { numRuns: RUNS },
    );
    // Of random conditions enough are absurd for this to mean something.
    for (const count of Object.values(said)) expect(count).toBeGreaterThan(RUNS / 200);
  });
});
