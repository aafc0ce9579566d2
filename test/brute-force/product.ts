/** The product at work on a project: statements change the shop, ticks run, and one looks at what came of it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadProject } from '../../src/config/load.ts';
import type { Project, Target } from '../../src/config/project.ts';
import type { Instant } from '../../src/instant.ts';
import { type RunOptions, runPipeline } from '../../src/pipeline.ts';
import type { RunReport } from '../../src/report/results.ts';
import type { Session } from '../../src/warehouse/warehouse.ts';
import type { Engine, Opened } from '../engines.ts';
import { type SimulatedWorld, simulatedWorld } from '../simulated-world.ts';

/** Path relative to the project -> text, for a target's YAML. */
export type ProjectFiles = (target: Opened['target']) => ReadonlyMap<string, string>;

export interface ProductOptions {
  /** Open to the end: to open and close a DuckDB file for every run takes as long as the run. */
  readonly held?: boolean;
  /** Somebody's own warehouse, of which the project's files say nothing, and where the state is to be kept there. */
  readonly place?: { readonly target: Target; readonly schema: string };
}

/** A line of an audience's file. */
export interface Line {
  readonly op: 'add' | 'remove' | 'update';
  readonly key: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export class Product {
  readonly #opened: Opened;
  readonly #world: SimulatedWorld;
  readonly #root: string;
  readonly #held: Session | undefined;
  #project: Project;

  private constructor(
    opened: Opened,
    world: SimulatedWorld,
    root: string,
    project: Project,
    held: Session | undefined,
  ) {
    this.#opened = opened;
    this.#world = world;
    this.#root = root;
    this.#project = project;
    this.#held = held;
  }

  /** A fresh database, and a folder with the project's files over it; the clock stands at `now`. */
  static async open(
    engine: Engine,
    files: ProjectFiles,
    now: Instant,
    { held = false, place }: ProductOptions = {},
  ): Promise<Product> {
    const opened = await engine.open();
    await opened.session.close();
    const world = simulatedWorld(now);
    const root = join(opened.folder, 'project');
    await write(root, files(targetOf(opened)));
    const { project: read } = await loadProject(world, { projectDir: root });
    const project = place ? placed(read, place) : read;
    return new Product(
      opened,
      world,
      root,
      project,
      held ? await hold(opened, world, place?.target) : undefined,
    );
  }

  /** Where it runs. */
  get world(): SimulatedWorld {
    return this.#world;
  }

  /** As the product read it. */
  get project(): Project {
    return this.#project;
  }

  /** Writes other files, or these anew, and reads the project again. */
  async edit(files: ProjectFiles): Promise<void> {
    await write(this.#root, files(targetOf(this.#opened)));
    this.#project = (await loadProject(this.#world, { projectDir: this.#root })).project;
  }

  /** Statements of somebody else: they change the shop. Where defining a table commits, they are no transaction then. */
  async execute(statements: readonly string[]): Promise<void> {
    const { temporaryDdl } = this.#opened.warehouse.capabilities;
    const isApart = temporaryDdl !== 'yes' && statements.some((each) => /^(CREATE|DROP|ALTER)\b/.test(each));
    await this.visit(async (session) => {
      if (isApart) {
        for (const statement of statements) await session.execute(statement);
        return;
      }
      await session.transaction(async (transaction) => {
        for (const statement of statements) await transaction.execute(statement);
      });
    });
  }

  /** One run at `now`, of all segments unless some are named. */
  async tick(
    now: Instant,
    options: Partial<Pick<RunOptions, 'segments' | 'full' | 'command' | 'signal'>> = {},
  ): Promise<RunReport> {
    this.#world.set(now);
    const segments = options.segments ?? new Set(this.#project.segments.keys());
    const syncs = [...this.#project.syncs.values()].filter((sync) => segments.has(sync.segment));
    const { report } = await runPipeline(this.#world, this.#project, {
      command: 'run',
      target: this.#project.defaultTarget,
      segments,
      syncs: new Set(syncs.map((sync) => sync.name)),
      all: true,
      full: false,
      waitMs: 0,
      signal: new AbortController().signal,
      onEvent: () => {},
      ...options,
    });
    return report;
  }

  /** Keys by segment, as the table `membership` holds them. */
  async membership(): Promise<Map<string, Set<string>>> {
    const rows = await this.visit((session) =>
      session.query(`SELECT segment, entity_key FROM ${this.#project.state.schema}.membership`),
    );
    const members = new Map([...this.#project.segments.keys()].map((name) => [name, new Set<string>()]));
    for (const row of rows) members.get(row.segment!)!.add(row.entity_key!);
    return members;
  }

  /** Everything that the destination `files` received for an audience, in order. */
  async lines(audience: string): Promise<Line[]> {
    const text = await readFile(join(this.#root, 'out', `${audience}.ndjson`), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  async close(): Promise<void> {
    await this.#held?.close();
    await this.#opened.drop();
  }

  /** Work on the database while no run has it. */
  async visit<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#held) return work(this.#held);
    const session = await this.#opened.connect();
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }
}

function placed(project: Project, { target, schema }: NonNullable<ProductOptions['place']>): Project {
  const targets = new Map([[project.defaultTarget, target]]);
  return { ...project, targets, state: { ...project.state, schema } };
}

/** A session as the product would open it. */
function hold(opened: Opened, world: SimulatedWorld, target?: Target): Promise<Session> {
  const { type: _, ...own } = targetOf(opened);
  const options = target?.options ?? own;
  const request = { world, root: opened.folder, options, access: 'write', label: 'segsync test' } as const;
  return opened.warehouse.connect(request);
}

/** Tables this small are read faster by one thread than they are shared out to several. */
function targetOf({ target }: Opened): Opened['target'] {
  return target.type === 'duckdb' ? { ...target, threads: 1 } : target;
}

async function write(root: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** Who is in an audience after these lines, and with which fields. */
export function audienceOf(lines: readonly Line[]): Map<string, Line['fields']> {
  const audience = new Map<string, Line['fields']>();
  for (const { op, key, fields } of lines) {
    if (op === 'remove') audience.delete(key);
    else audience.set(key, fields);
  }
  return audience;
}
