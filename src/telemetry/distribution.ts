/** A histogram that takes counts instead of single values: a first load has millions of them. */
import type { Metric, Registry } from 'prom-client';
import type { FreshnessCounts } from '../report/results.ts';
import type { Labels } from './labels.ts';

interface Series {
  readonly labels: Labels;
  /** One for each bound, and one for what is above the last. */
  readonly counts: number[];
  sum: number;
}

export class Distribution {
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(registry: Registry, name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    // It has what a registry asks of a metric, and is none of the classes that its type lists.
    registry.registerMetric(this as unknown as Metric);
  }

  add(labels: Labels, { buckets, sum_s }: Pick<FreshnessCounts, 'buckets' | 'sum_s'>): void {
    const series = this.#of(labels);
    for (const { up_to_s, rows } of buckets) {
      const at = up_to_s === undefined ? -1 : this.#bounds.findIndex((bound) => up_to_s <= bound);
      series.counts[at < 0 ? this.#bounds.length : at]! += rows;
    }
    series.sum += sum_s;
  }

  /** As a registry prints it. */
  get(): { name: string; help: string; type: string; aggregator: string; values: object[] } {
    const values = [...this.#series.values()].flatMap((series) => this.#printed(series));
    return { name: this.name, help: this.help, type: 'histogram', aggregator: 'sum', values };
  }

  #of(labels: Labels): Series {
    const id = JSON.stringify(labels);
    const series = this.#series.get(id) ?? {
      labels,
      counts: new Array<number>(this.#bounds.length + 1).fill(0),
      sum: 0,
    };
    this.#series.set(id, series);
    return series;
  }

  #printed({ labels, counts, sum }: Series): object[] {
    let below = 0;
    const buckets = [...this.#bounds, '+Inf'].map((le, index) => {
      below += counts[index]!;
      return { labels: { ...labels, le }, value: below, metricName: `${this.name}_bucket` };
    });
    return [
      ...buckets,
      { labels, value: sum, metricName: `${this.name}_sum` },
      { labels, value: below, metricName: `${this.name}_count` },
    ];
  }
}
