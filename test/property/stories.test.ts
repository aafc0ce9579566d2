/** Random segments with random histories, told as tests: `segsync test` must find in them what the brute force says. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Segment, Table } from '../../src/config/project.ts';
import { formatInstant } from '../../src/instant.ts';
import { speaksSql } from '../../src/story/tables.ts';
import { members } from '../brute-force/evaluate.ts';
import type { Play, Write } from '../brute-force/play.ts';
import { projectFiles } from '../brute-force/print-project.ts';
import { randomPlay } from '../brute-force/random-play.ts';
import type { EntityName, Shop, TableName } from '../brute-force/shop.ts';
import { projectOf, Stage } from '../brute-force/stage.ts';
import type { Cell, ColumnType, Row } from '../brute-force/tables.ts';
import { folderOf, segsync } from '../cli/segsync.ts';

const SIZE = { segments: 16, syncs: 0, ticks: 6, active: 12, quiet: 6 };
const SEEDS = [1, 2];

describe.each(SEEDS)('a random shop (seed %i)', (seed) => {
  it('passes as the brute force expects, and fails with one key flipped', { timeout: 300_000 }, async () => {
    const play = randomPlay(seed, SIZE);
    const told = [...play.segments.values()].map((segment) => storyOf(play, segment));
    const files = projectFiles(play, { type: 'duckdb', path: 'unused.duckdb' });
    for (const story of told) files.set(pathOf(story.segment), textOf(story));
    await using folder = await folderOf(Object.fromEntries(files));
    const passed = await segsync(folder.path, ['test']);
    expect(passed, passed.stdout + passed.stderr).toEqual({
      stdout: `${told.length} tests, 0 failed.\n`,
      stderr: '',
      exit: 0,
    });
    for (const story of told)
      await writeFile(join(folder.path, pathOf(story.segment)), textOf(flipped(story)));
    const failed = JSON.parse((await segsync(folder.path, ['test', '--json'])).stdout);
    expect(failed).toMatchObject({ passed: 0, total: told.length });
  });
});

interface Told {
  readonly segment: string;
  readonly types: readonly string[];
  readonly steps: readonly {
    readonly at: string;
    readonly writes: readonly string[];
    readonly members: Set<string>;
  }[];
}

function storyOf(play: Play, segment: Segment): Told {
  const names = namesOf(play, segment);
  const stage = new Stage(play);
  const project = projectOf(play);
  const known = new Map<string, Row>();
  const steps = play.steps.map(({ writes, now }) => {
    stage.apply(writes);
    const lines = writesOf(play.shop, writes, names, known);
    return {
      at: formatInstant(now),
      writes: lines,
      members: members(project, stage.tables, segment.name, now),
    };
  });
  const types = [...names].map(
    ([table, name]) => `${JSON.stringify(name)}: ${JSON.stringify(play.shop.columns[table])}`,
  );
  return { segment: segment.name, types, steps };
}

/** What a test of the segment calls the tables; those that it cannot name are not there. */
function namesOf(play: Play, segment: Segment): Map<TableName, string> {
  const entity = play.shop.entities[segment.entity as EntityName];
  const names = new Map<TableName, string>();
  const note = ({ relation }: Table, name: string): void => {
    const table = relation.kind === 'table' ? (relation.parts.at(-1) as TableName) : undefined;
    if (table) names.set(table, name);
  };
  if (speaksSql(projectOf(play), segment.name))
    for (const table of Object.keys(play.shop.columns) as TableName[]) names.set(table, `shop.${table}`);
  for (const [name, trait] of entity.traits) note(trait, name);
  for (const [name, source] of entity.sources) {
    note(source, name);
    if (source.through) note(source.through, `${name}.through`);
  }
  note(entity, entity.name);
  return names;
}

/** Of several writes of one row the last one stands. */
function writesOf(
  shop: Shop,
  writes: readonly Write[],
  names: ReadonlyMap<TableName, string>,
  known: Map<string, Row>,
): string[] {
  const last = new Map(writes.map((write) => [JSON.stringify([write.table, write.row.row_id]), write]));
  const parts = {
    insert: new Map<string, string[]>(),
    update: new Map<string, string[]>(),
    delete: new Map<string, string[]>(),
  };
  for (const [id, { table, row, gone }] of last) {
    const name = names.get(table);
    const was = known.get(id);
    if (gone) known.delete(id);
    else known.set(id, row);
    if (name === undefined || (gone && !was)) continue;
    const columns = shop.columns[table];
    const where = rowText({ row_id: row.row_id! }, columns);
    const [kind, text] = gone
      ? (['delete', where] as const)
      : was
        ? (['update', `{ where: ${where}, set: ${rowText(row, columns)} }`] as const)
        : (['insert', rowText(row, columns)] as const);
    parts[kind].set(name, [...(parts[kind].get(name) ?? []), text]);
  }
  return Object.entries(parts).flatMap(([kind, tables]) =>
    tables.size === 0
      ? []
      : [
          `        ${kind}:`,
          ...[...tables].flatMap(([name, rows]) => [
            `          ${JSON.stringify(name)}:`,
            ...rows.map((row) => `            - ${row}`),
          ]),
        ],
  );
}

/** Every column, also one that is NULL: a cursor that is not named would be the step's instant. */
function rowText(row: Row, columns: Readonly<Record<string, ColumnType>>): string {
  const cells = Object.entries(row).map(([name, cell]) => `${name}: ${cellText(cell, columns[name]!)}`);
  return `{ ${cells.join(', ')} }`;
}

function cellText(cell: Cell, type: ColumnType): string {
  if (cell === null) return 'null';
  if (type === 'instant') return formatInstant(cell as bigint);
  if (type === 'timestamp')
    return JSON.stringify(
      formatInstant(cell as bigint)
        .replace('T', ' ')
        .replace('Z', ''),
    );
  const isNumber = type === 'integer' || type === 'decimal' || type === 'float';
  return isNumber && /^-?\d+(\.\d+)?$/.test(String(cell)) ? String(cell) : JSON.stringify(cell);
}

function pathOf(segment: string): string {
  return `segments/${segment}_test.yaml`;
}

function textOf({ segment, types, steps }: Told): string {
  return [
    `segment: ${segment}`,
    'tests:',
    '  - name: its history',
    '    types:',
    ...types.map((line) => `      ${line}`),
    '    story:',
    ...steps.flatMap(({ at, writes, members: keys }) => [
      `      - at: ${at}`,
      ...writes,
      `        expect: { members: ${JSON.stringify([...keys])} }`,
    ]),
    '',
  ].join('\n');
}

/** One key of the last step is expected otherwise. */
function flipped(story: Told): Told {
  const { steps } = story;
  const end = steps.at(-1)!;
  const [first] = end.members;
  const others = new Set(first === undefined ? ['nobody at all'] : [...end.members].slice(1));
  return { ...story, steps: [...steps.slice(0, -1), { ...end, members: others }] };
}
