/** What is said of conditions: each as a segment of one small project. */
import { expect, it } from 'vitest';
import type { Project, Segment } from '../../../src/config/project.ts';
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { load } from '../config/fixture.ts';

const PROJECT = `version: 1
project: judged
timezone: Europe/Berlin
targets:
  dev: { type: duckdb, path: shop.duckdb }
entities:
  customer:
    table: shop.customers
    key: id
    cursor: updated_at
    traits:
      score: { table: ml.scores, key: id, column: value, cursor: scored_at }
    sources:
      events: { table: shop.events, split: name, key: id, time: at, cursor: { column: loaded_at, overlap: 2h }, append_only: true }
      orders: { table: shop.orders, key: id, time: at, cursor: updated_at }
      closed: { table: shop.orders, where: { status: closed }, key: id, time: at, cursor: updated_at }
`;

/** A project with these segments, each its file's text, or only what stands under \`where:\`. */
export async function projectOf(segments: Readonly<Record<string, string>>): Promise<Project> {
  const files = Object.entries(segments).map(([name, text]) => [
    `segments/${name}.yaml`,
    /^entity:/m.test(text) ? text : `entity: customer\nwhere:\n${text.replace(/^/gm, '  ')}\n`,
  ]);
  return (await load({ 'segsync.yaml': PROJECT, ...Object.fromEntries(files) })).project;
}

type Judge = (project: Project, segment: Segment) => Diagnostic[];

/** Code, place and message of what is said of one condition. */
export async function saidOf(judge: Judge, where: string): Promise<string[]> {
  const project = await projectOf({ it: where });
  return judge(project, project.segments.get('it')!).map(inOneLine);
}

export function inOneLine({ code, place, message, hint }: Diagnostic): string {
  return `${code} ${place!.line}:${place!.column} ${message}${hint ? ` | ${hint}` : ''}`;
}

/** Tests: of each condition, exactly this is said. Line 3 is the first of the condition, column 3 its first. */
export function expectSaid(judge: Judge, cases: Readonly<Record<string, readonly string[]>>): void {
  it.each(Object.entries(cases))('%s', async (where, expected) => {
    expect(await saidOf(judge, where)).toEqual(expected);
  });
}
