/** Schemas that a conformance run makes for itself in somebody's warehouse, and takes away again. */
import { randomBytes } from 'node:crypto';
import type { Session, Warehouse } from '../../../src/warehouse/warehouse.ts';

export class Scratch {
  /** Nobody else's: all names begin with it. */
  readonly prefix = `segsync_check_${randomBytes(5).toString('hex')}`;
  readonly #warehouse: Warehouse;
  readonly #made: string[] = [];

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /** A name for a schema, which is dropped at the end whether it was made or not. */
  name(): string {
    const name = `${this.prefix}_${this.#made.length + 1}`;
    this.#made.push(name);
    return name;
  }

  /** A schema of its own. */
  async make(session: Session): Promise<string> {
    const name = this.name();
    await session.execute(`CREATE SCHEMA ${this.#warehouse.dialect.quote(name)}`);
    return name;
  }

  /** Takes one away again. */
  async drop(session: Session, name: string): Promise<void> {
    await session.execute(`DROP SCHEMA IF EXISTS ${this.#warehouse.dialect.quote(name)} CASCADE`);
    this.#made.splice(this.#made.indexOf(name), 1, '');
  }

  /** Takes all away; resolves to those that could not be, each with the reason. */
  async dropAll(session: Session): Promise<string[]> {
    const left: string[] = [];
    for (const name of this.#made.filter((each) => each !== '')) {
      await this.drop(session, name).catch((error: Error) => left.push(`${name}: ${error.message}`));
    }
    return left;
  }
}
