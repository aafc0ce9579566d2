/** A project in a folder of its own, over a fresh database and a real webhook receiver; the program runs as processes. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Row, Session } from '../../src/warehouse/warehouse.ts';
import { realWorld } from '../../src/world.ts';
import { type Ended as Called, segsync } from '../cli/segsync.ts';
import type { Engine, Opened } from '../engines.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../webhook-receiver.ts';
import { type Ended, type Running, type StartOptions, start } from './program.ts';

/** Where a project's files point to. */
export interface Places {
  readonly target: Opened['target'];
  readonly url: string;
}

/** Path relative to the project -> text. */
export type ProjectFiles = (places: Places) => Readonly<Record<string, string>>;

export interface Rig {
  readonly folder: string;
  readonly opened: Opened;
  readonly receiver: WebhookReceiver;
  start(args: readonly string[], options?: StartOptions): Running;
  run(args: readonly string[], options?: StartOptions): Promise<Ended>;
  /** What `run` does, quicker: in this process, where nobody can end it. */
  call(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Called>;
  /** A session of somebody else. DuckDB: while no process has the file. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Statements of somebody else, in one transaction. DuckDB: while no process has the file. */
  change(statements: readonly string[]): Promise<void>;
  query(sql: string): Promise<Row[]>;
  /** Writes the project's files again, for another target. */
  write(files: ProjectFiles, target?: Opened['target']): Promise<void>;
  drop(): Promise<void>;
}

/** Made once: it listens to the process's own streams. */
const world = realWorld();

export async function openRig(engine: Engine, files: ProjectFiles, parent?: string): Promise<Rig> {
  const opened = await engine.open({ world, parent });
  await opened.session.close();
  const receiver = await startWebhookReceiver();
  const folder = join(opened.folder, 'project');
  const write = async (texts: ProjectFiles, target = opened.target): Promise<void> => {
    for (const [path, text] of Object.entries(texts({ target, url: receiver.url }))) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  };
  await write(files);
  const use = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const session = await opened.connect({ world });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  const started = new Set<Running>();
  const begin: Rig['start'] = (args, options) => {
    const running = start(folder, args, options);
    started.add(running);
    void running.ended.finally(() => started.delete(running)).catch(() => {});
    return running;
  };
  return {
    folder,
    opened,
    receiver,
    start: begin,
    run: (args, options) => begin(args, options).ended,
    call: (args, environment) => segsync(folder, args, { CI: 'true', ...environment }),
    use,
    change: (statements) =>
      use((session) =>
        session.transaction(async (transaction) => {
          for (const statement of statements) await transaction.execute(statement);
        }),
      ),
    query: (sql) => use((session) => session.query(sql)),
    write,
    async drop() {
      // A test that failed may have left one standing still in the middle of a statement.
      for (const running of started) running.kill();
      await receiver.close();
      await opened.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
