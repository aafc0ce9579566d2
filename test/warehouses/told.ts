/**
 * What a process tells another one of a statement's two texts. It stands in a file before the statement is sent, so
 * that whoever receives that can read it, also when the process is killed in between.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What can be told the two texts of a statement. */
export interface Knowing {
  /** What is run for the rows of a change feed. */
  feed?(text: string): Promise<string | undefined>;
  /** From now on `text` is known, and `own` is run for it. */
  know(text: string, own: string): void;
}

/** A file of this process's own: the last line of another one's may be half a line. */
export function teller(folder: string): Knowing {
  const file = join(folder, `${randomUUID()}.ndjson`);
  return { know: (text, own) => appendFileSync(file, `${JSON.stringify([text, own])}\n`) };
}

/** What was told in a folder. */
export class Hearing {
  readonly #folder: string;
  /** File -> how much of it was read. */
  readonly #read = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Pairs that were told since this was asked last. */
  news(): (readonly [text: string, own: string])[] {
    return readdirSync(this.#folder).flatMap((name) => this.#newsOf(name));
  }

  #newsOf(name: string): (readonly [string, string])[] {
    const from = this.#read.get(name) ?? 0;
    const text = textFrom(join(this.#folder, name), from);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#read.set(name, from + Buffer.byteLength(whole));
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as [string, string]);
  }
}

function textFrom(path: string, from: number): string {
  if (statSync(path).size <= from) return '';
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(file).size - from));
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, from));
  } finally {
    closeSync(file);
  }
}
