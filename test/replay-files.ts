/** Plays what the `file` destination appended, as a consumer of the files would. */

export interface Line {
  readonly op: string;
  readonly key: string;
  readonly segment: string;
  readonly caused_at: string;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Member {
  readonly identifiers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The lines of a file whose name ends in `.csv` or `.ndjson`. */
export function parseLines(path: string, text: string): Line[] {
  if (!path.endsWith('.csv')) {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }
  const [header = [], ...rows] = parseCsv(text);
  return rows.map((row) => {
    const { identifiers, fields, ...rest } = Object.fromEntries(
      header.map((name, i) => [name, row[i] ?? '']),
    );
    return { ...rest, identifiers: JSON.parse(identifiers!), fields: JSON.parse(fields!) } as Line;
  });
}

/** Who is in the audience once every line has been played. */
export function replay(lines: readonly Line[]): Map<string, Member> {
  const audience = new Map<string, Member>();
  for (const { op, key, identifiers, fields } of lines) {
    if (op === 'remove') audience.delete(key);
    else audience.set(key, { identifiers, fields });
  }
  return audience;
}

/** RFC 4180: fields in double quotes may hold commas, line breaks and doubled quotes. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (match.index === text.length && row.length === 0) break;
    row.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
