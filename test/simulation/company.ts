/** A company in a simulated world: its warehouse, its shop, the endpoint, and the processes that run one after another or at once. */
// What a run imports only once it needs it would take no simulated time the first time, and some of the real one's.
import '../../src/run/execute.ts';
import '../../src/run/explain.ts';
import type { Project } from '../../src/config/project.ts';
import { DiagnosedError } from '../../src/diagnostics/diagnostic.ts';
import { type Instant, parseInstant } from '../../src/instant.ts';
import { type RunOptions, runPipeline } from '../../src/pipeline.ts';
import type { RunReport } from '../../src/report/results.ts';
import { warehouse as duckdb } from '../../src/warehouse/duckdb/index.ts';
import { type Session, WarehouseError } from '../../src/warehouse/warehouse.ts';
import { warehouses } from './adapters.ts';
import type { Database } from './database.ts';
import { Endpoint } from './endpoint.ts';
import { type Disk, filesOn, hasRuns, linesOf, toldOf } from './files.ts';
import type { Ground } from './ground.ts';
import { type NetworkSide, requestOver } from './network.ts';
import { type ProcessOptions, SimulatedProcess } from './process.ts';
import { SYNCS, type Variant, varied } from './project.ts';
import { type Fault, sessionOf, type WarehouseSide } from './session.ts';
import { type Person, Shop, type ShopState } from './shop.ts';
import { Simulation } from './simulation.ts';
import { Watch } from './watch.ts';

const BEGINNING = parseInstant('2026-03-02T09:00:00Z', 'UTC')!;

/** Shares of steps, each in [0, 1]. */
export interface Weather {
  readonly slow: number;
  readonly statementLost: number;
  readonly commitLost: number;
}

export const CALM: Weather = { slow: 0, statementLost: 0, commitLost: 0 };

const CHANGES = /^(INSERT|UPDATE|DELETE|INTO)/m;

export interface Setting {
  readonly ground: Ground;
  /** The ground's own, or what plays it. */
  readonly database: Database;
  readonly project: Project;
}

export interface Running {
  readonly process: SimulatedProcess;
  isOver: boolean;
  report?: RunReport;
  /** The run could not begin, or not end: what a person would be told. */
  failure?: DiagnosedError | WarehouseError;
}

export class Company {
  readonly simulation: Simulation;
  readonly endpoint: Endpoint;
  readonly shop: Shop;
  readonly watch: Watch;
  readonly running: Running[] = [];
  /** How often something was changed for good: in the warehouse, at the endpoint, in a file. */
  effects = 0;
  /** Requests that have left and not arrived; those that are lost stay. */
  inFlight = 0;
  readonly disk: Disk = new Map();
  weather: Weather = CALM;
  /** What fails without chance. */
  fault: WarehouseSide['fault'] | undefined;
  syncs: readonly string[] = Object.keys(SYNCS);
  /** Whether a request on its way outlives its process; undefined: by chance. */
  survives: boolean | undefined;
  readonly #known: Map<string, unknown>;
  readonly #database: Database;
  #project: Project;
  readonly #alive = new Set<number>();
  #processes = 0;
  /** By how much the warehouse's clock is ahead of time, in milliseconds. */
  #ahead = 0;
  #latest = BEGINNING;

  private constructor({ ground, database, project }: Setting, seed: number) {
    this.#known = ground.known;
    this.#database = database;
    this.#project = project;
    this.simulation = new Simulation(seed);
    this.endpoint = new Endpoint(this.simulation.dice);
    this.shop = new Shop(this.simulation.dice);
    this.watch = new Watch(database.statements, this.endpoint, () => this.#latest);
  }

  /** On an empty ground. */
  static async found(setting: Setting, seed: number, people: number): Promise<Company> {
    const company = new Company(setting, seed);
    await company.#change(company.shop.open(people, company.now()));
    return company;
  }

  /** The warehouse's clock. */
  now(): Instant {
    const now = BEGINNING + micros(this.simulation.now + this.#ahead);
    if (now > this.#latest) this.#latest = now;
    return now;
  }

  /** Only these syncs from now on, and their segments. */
  keepTo(syncs: readonly string[]): void {
    this.simulation.note(undefined, syncs.join(' '));
    this.syncs = syncs;
  }

  vary(variant: Variant): void {
    this.simulation.note(undefined, JSON.stringify(variant));
    this.#project = varied(this.#project, variant);
  }

  jump(ms: number): void {
    this.simulation.note(undefined, `the clock jumps by ${ms} ms`);
    this.#ahead += ms;
  }

  /** Something happens in the shop. */
  async trade(): Promise<void> {
    await this.#change(this.shop.next(this.now()));
  }

  /** Somebody changes. */
  async put(person: Person): Promise<void> {
    await this.#change(this.shop.put(person, this.now()));
  }

  async #change(statements: readonly string[]): Promise<void> {
    for (const statement of statements) this.simulation.note(undefined, statement);
    const { statements: transaction, commit } = await this.#database.begin();
    for (const statement of statements) await transaction.execute(statement);
    await commit();
  }

  /** Starts a process that runs once. */
  start(
    options: Partial<RunOptions> = {},
    machine: Partial<Pick<ProcessOptions, 'host' | 'isKilledAt'>> = {},
  ): Running {
    const id = ++this.#processes;
    const skew = this.simulation.dice.between(-30, 30) * 1000;
    const process = new SimulatedProcess(this.simulation, {
      id,
      host: 'one',
      seed: this.simulation.dice.between(1, 2 ** 31),
      wallClock: (ms) => BEGINNING + micros(ms + skew),
      outside: {
        files: (own) => filesOn(this.disk, own, () => this.#wrote()),
        request: (sender, request) => requestOver(this.simulation, this.#network(), sender, request),
        isAlive: (other) => this.#alive.has(other),
      },
      ...machine,
    });
    this.#alive.add(id);
    process.whenEnded(async () => {
      this.#alive.delete(id);
      this.watch.end(process);
    });
    warehouses.set(process.world, {
      ...duckdb,
      // Several processes at once, as with a server; and always the affected keys, though they are many of a few.
      capabilities: { ...duckdb.capabilities, singleProcess: 'no', fullShare: 1 },
      connect: async () => this.#session(process),
    });
    const running: Running = { process, isOver: false };
    this.running.push(running);
    this.simulation.note(
      process,
      `runs ${JSON.stringify({ all: true, full: false, ...shownOptions(options) })}`,
    );
    this.#run(running, options);
    return running;
  }

  #run(running: Running, options: Partial<RunOptions>): void {
    const { process } = running;
    const project = this.#project;
    const whole: RunOptions = {
      command: 'run',
      target: project.defaultTarget,
      segments: new Set(this.syncs.map((sync) => SYNCS[sync]!.segment)),
      syncs: new Set(this.syncs),
      all: true,
      full: false,
      waitMs: 0,
      signal: new AbortController().signal,
      onEvent: () => {},
      ...options,
    };
    process.whenEnded(async () => {
      running.isOver = true;
    });
    runPipeline(process.world, project, whole)
      .then(
        ({ report }) => {
          running.report = report;
        },
        (error: unknown) => this.#failed(running, error),
      )
      .then(async () => {
        this.simulation.note(process, `ended ${endingOf(running)}`);
        await process.end();
      });
  }

  /** Whatever is no failure that the program knows is a defect. */
  #failed(running: Running, error: unknown): void {
    if (error instanceof DiagnosedError || error instanceof WarehouseError) running.failure = error;
    else this.#defect = error;
  }

  #defect: unknown;

  /** Lets things happen until these runs are over. */
  async finish(...running: readonly Running[]): Promise<void> {
    await this.simulation.until(() => this.#defect !== undefined || running.every(({ isOver }) => isOver));
    if (this.#defect !== undefined) throw this.#defect;
  }

  async finishAll(): Promise<void> {
    await this.finish(...this.running);
  }

  /** Lets `ms` pass, whatever goes on. */
  async pass(ms: number): Promise<void> {
    await this.simulation.pass(ms);
    if (this.#defect !== undefined) throw this.#defect;
  }

  #session(process: SimulatedProcess): Session {
    const side: WarehouseSide = {
      database: this.#database,
      known: this.#known,
      now: () => this.now(),
      latency: () => this.#latency(),
      fault: (kind, statements) => this.fault?.(kind, statements) ?? this.#fault(kind),
      onSnapshot: () => this.shop.state,
      onCommit: (statements, snapshot) => {
        if (statements.some((sql) => CHANGES.test(sql))) this.effects += 1;
        return this.watch.commit(statements, snapshot as ShopState);
      },
    };
    return sessionOf(process, side);
  }

  #latency(): number {
    const { dice } = this.simulation;
    if (!dice.chance(this.weather.slow)) return dice.between(1, 8);
    return dice.chance(0.1) ? dice.between(5_000, 45_000) : dice.between(100, 3_000);
  }

  #fault(kind: 'statement' | 'commit'): Fault {
    const { dice } = this.simulation;
    const share = kind === 'commit' ? this.weather.commitLost : this.weather.statementLost;
    if (!dice.chance(share)) return undefined;
    return kind === 'commit' && dice.chance(0.5) ? 'after' : 'before';
  }

  /** Who reads an audience's file, or what its manifests list, from the beginning has this audience. */
  #wrote(): void {
    this.effects += 1;
    this.endpoint.audiences.clear();
    if (hasRuns(this.disk)) {
      for (const { audience, change } of toldOf(this.disk)) this.endpoint.apply(audience, change);
      this.watch.told();
      return;
    }
    for (const { audience, change } of linesOf(this.disk)) this.endpoint.apply(audience, change);
    this.watch.checkAudiences();
  }

  #network(): NetworkSide {
    const { dice } = this.simulation;
    return {
      endpoint: this.endpoint,
      latency: () => (dice.chance(0.1) ? dice.between(500, 8_000) : dice.between(5, 200)),
      survives: () => this.survives ?? dice.chance(0.5),
      now: () => Number(this.now() / 1000n),
      onSent: (process, batch) => {
        this.inFlight += 1;
        this.watch.send(process, batch);
      },
      onArrived: () => {
        this.inFlight -= 1;
        this.effects += 1;
        this.watch.checkAudiences();
      },
      onAnswered: (process, batch, answer) => this.watch.answer(process, batch, answer),
    };
  }
}

function endingOf({ report, failure }: Running): string {
  if (failure) return failure.message;
  const syncs = report!.syncs.map(({ sync, delivered, rejected, waiting, held, skipped, error }) =>
    JSON.stringify({ sync, delivered, rejected, waiting, held, skipped, error: error?.code }),
  );
  return `${report!.status} ${syncs.join(' ')}`;
}

function shownOptions({ signal: _s, onEvent: _e, ...options }: Partial<RunOptions>): object {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, value instanceof Set ? [...value] : value]),
  );
}

function micros(ms: number): bigint {
  return BigInt(Math.round(ms * 1000));
}
