/** Reads parts of a test; what is wrong is reported with its place, and left out. */
import type { YamlEntry, YamlMap, YamlNode } from '../config/node.ts';
import type { Problems } from '../config/problems.ts';
import type { Project } from '../config/project.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { type Instant, parseInstant } from '../instant.ts';
import { type KnownColumns, knownColumns } from './columns.ts';
import { type NamedTables, namedTables, speaksSql, spokenTable } from './tables.ts';

export class Reader {
  readonly tables: NamedTables;
  readonly #speaksSql: boolean;
  #known: KnownColumns | undefined;

  constructor(
    readonly project: Project,
    readonly segment: string,
    readonly problems: Problems,
  ) {
    this.tables = namedTables(project, segment);
    this.#speaksSql = speaksSql(project, segment);
  }

  /** A mapping's entries, by keys of which some are known. */
  map(node: YamlNode, what: string, known: readonly string[]): YamlMap['entries'] {
    return this.#kept(this.entries(node, what), known, () => false);
  }

  /** A mapping's entries by tables; where the segment speaks SQL, also by names that only SQL knows. */
  byTable(node: YamlNode, what: string): YamlMap['entries'] {
    const isSpoken = (name: string): boolean => this.#speaksSql && spokenTable(name) !== undefined;
    return this.#kept(this.entries(node, what), [...this.tables.keys()], isSpoken);
  }

  /** A mapping's entries, whatever their keys. */
  entries(node: YamlNode, what: string): YamlMap['entries'] {
    return node.kind === 'map' ? node.entries : (this.wrong(what, 'a mapping', node) ?? new Map());
  }

  list(node: YamlNode, what: string): readonly YamlNode[] {
    return node.kind === 'list' ? node.items : (this.wrong(what, 'a list', node) ?? []);
  }

  /** Reports a column of a table that nothing reads, unless the test says its type, or SQL may read anything. */
  column(table: string, column: string, told: ReadonlySet<string>, { keyPlace }: YamlEntry): void {
    if (this.#speaksSql || told.has(column)) return;
    this.#known ??= knownColumns(this.project, this.segment);
    const known = this.#known.of(table);
    if (known.has(column)) return;
    const suggestion = nearest(column, [...known, ...told]);
    this.problems.report('E644', { table, column, suggestion }, keyPlace);
  }

  instant(entry: YamlEntry | undefined): Instant | undefined {
    if (!entry) return undefined;
    const { value } = entry;
    const instant = value.kind === 'text' ? parseInstant(value.text, this.project.timezone) : undefined;
    return instant ?? this.wrong('at', 'an instant such as 2026-01-31T10:00:00Z', value);
  }

  /** Reports that something is missing in a mapping, unless a key of it was misspelt, which may be it. */
  missing(what: string, expected: string, node: YamlNode, keys: YamlMap['entries']): undefined {
    const isMisspelt = node.kind === 'map' && keys.size < node.entries.size;
    return isMisspelt ? undefined : this.wrong(what, expected, node);
  }

  wrong(what: string, expected: string, { place }: YamlNode): undefined {
    return this.problems.report('E641', { what, expected }, place);
  }

  #kept(
    entries: YamlMap['entries'],
    known: readonly string[],
    isFine: (key: string) => boolean,
  ): YamlMap['entries'] {
    const kept = new Map(entries);
    for (const [key, { keyPlace }] of entries) {
      if (known.includes(key) || isFine(key)) continue;
      const problem = { key, known: known.join(', '), suggestion: nearest(key, known) };
      this.problems.report('E640', problem, keyPlace);
      kept.delete(key);
    }
    return kept;
  }
}
