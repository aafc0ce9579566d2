/** A part of knex that it exports without types. */
declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  /** A connection; one that is marked is closed instead of being used again. */
  export interface Disposable {
    __knex__disposed?: unknown;
  }
  export default class Client {
    _driver(): unknown;
    _query(connection: Disposable, query: unknown): Promise<unknown>;
  }
}
