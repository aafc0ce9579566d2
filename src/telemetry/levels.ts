/** A gauge of one value a name, whose labels are those that the name has in the project as it stands now. */
import type { Gauge, Registry } from 'prom-client';
import type { Labels } from './labels.ts';

type Client = typeof import('prom-client');

export interface LevelsOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Undefined: the project no longer has it, and it is forgotten. */
  readonly labels: (name: string) => Labels | undefined;
  /** What is shown of a value, at the time that it is asked for. */
  readonly shown?: (value: number) => number;
}

export class Levels {
  readonly #values = new Map<string, number>();

  constructor(client: Client, registry: Registry, options: LevelsOptions) {
    const { name, help, labelNames } = options;
    const fill = (gauge: Gauge): void => this.#fill(gauge, options);
    new client.Gauge({
      ...{ name, help, labelNames: [...labelNames], registers: [registry] },
      collect() {
        fill(this);
      },
    });
  }

  set(name: string, value: number): void {
    this.#values.set(name, value);
  }

  #fill(gauge: Gauge, { labels, shown = (value) => value }: LevelsOptions): void {
    gauge.reset();
    for (const [name, value] of this.#values) {
      const found = labels(name);
      if (found) gauge.set({ ...found }, shown(value));
      else this.#values.delete(name);
    }
  }
}
