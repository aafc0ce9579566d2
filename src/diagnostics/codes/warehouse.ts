/** E3xx: the warehouse and its tables. */
import { didYouMean, error, type Suggestion, warning } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const WAREHOUSE_CODES = {
  E301: error<{ table: string } & Suggestion>(
    EXIT.failed,
    (p) => `table ${p.table} does not exist, or may not be read`,
    didYouMean,
  ),
  E302: error<{ name: string; reason: string }>(
    EXIT.invalidProject,
    (p) => `\`${p.name}\` cannot be a name in this warehouse: ${p.reason}`,
  ),
  E303: error<{ reason: string }>(
    EXIT.invalidProject,
    (p) => `a value cannot be written for this warehouse: ${p.reason}`,
  ),
  E304: error<{ path: string; holder?: string }>(
    EXIT.tryLater,
    (p) => `${p.path} is open in another process${p.holder ? ` (${p.holder})` : ''}`,
    () =>
      'only one process at a time can open a DuckDB file: wait for it with `--wait 60s`, or end the one that stays (`run --watch`)',
  ),
  E305: error<{ path: string; detail: string }>(
    EXIT.failed,
    (p) => `the database at ${p.path} cannot be opened: ${p.detail}`,
  ),
  E306: error<{ path: string; detail: string }>(EXIT.failed, (p) => `${p.path} failed: ${p.detail}`),
  E307: error<{ warehouse: string; detail: string }>(
    EXIT.credentials,
    (p) => `${p.warehouse} refused the connection: ${p.detail}`,
    () => 'check user, password and database of this target',
  ),
  E308: error<{ warehouse: string; detail: string }>(
    EXIT.tryLater,
    (p) => `${p.warehouse} cannot be reached: ${p.detail}`,
    () => 'check host and port of this target, and that the server runs',
  ),
  E309: error<{ warehouse: string; detail: string }>(
    EXIT.failed,
    (p) => `the connection to ${p.warehouse} failed: ${p.detail}`,
  ),
  E310: error<{ version: string; needed: string }>(
    EXIT.failed,
    (p) => `PostgreSQL ${p.version} is too old; segsync needs ${p.needed} or newer`,
  ),
  E311: error<{ path: string; schema: string }>(
    EXIT.invalidProject,
    (p) => `${p.path} is named like the schema \`${p.schema}\` in it, and DuckDB cannot tell the two apart`,
    () => 'give the file another name',
  ),
  E312: error<{ table: string; statements: readonly string[] }>(
    EXIT.failed,
    (p) => `table ${p.table} may not be read by this target’s role`,
    (p) => `let somebody who may run: ${p.statements.join('; ')}`,
  ),

  W301: warning<{ target: string; what: string; statements: readonly string[] }>(
    (p) => `a run on target ${p.target} has to ${p.what}, which its role may not`,
    (p) => `if runs use this role, let somebody who may run: ${p.statements.join('; ')}`,
  ),
  W302: warning<{ target: string; column: string; statement: string }>(
    (p) => `on target ${p.target} no index helps to find rows by \`${p.column}\`, which ticks do`,
    (p) => `let somebody who may run: ${p.statement}`,
  ),
  W307: warning<{ target: string; table: string; statements: readonly string[] }>(
    (p) => `target ${p.target} is to be woken by its tables, and ${p.table} does not tell of its changes`,
    (p) =>
      p.statements.length > 0
        ? `run, the last as the owner of the table and the others as the role of the target: ${p.statements.join('; ')};`
        : 'it is no table that could: it is looked at instead',
  ),
  W304: warning<{ table: string; why: string; statements: readonly string[] }>(
    (p) => `the change feed of table ${p.table} cannot be read, so that everyone is evaluated: ${p.why}`,
    (p) =>
      p.statements.length > 0
        ? `let somebody who may run: ${p.statements.join('; ')}`
        : 'leave `change_feed` out and declare a cursor',
  ),
  W305: warning<{ kind: 'segment' | 'sync'; name: string; noted: number; there: number }>(
    (p) =>
      `the state does not agree with itself: ${p.kind} ${p.name} is noted with ${p.noted} members and has ${p.there}`,
    (p) =>
      `somebody else changed the tables of the state; \`segsync run --all --full --select ${p.name}\` compares everyone again`,
  ),
  W306: warning<{ sync: string; rows: number }>(
    (p) =>
      `the state does not agree with itself: the ledger of sync ${p.sync} has ${p.rows} who are no members, though all is delivered`,
    (p) => `\`segsync run --all --full --select ${p.sync}\` compares everyone again, and removes them`,
  ),
  W303: warning<{ target: string; seconds: number }>(
    (p) => `the clocks of target ${p.target} and of this machine are ${p.seconds}s apart`,
    () =>
      'windows follow the warehouse’s clock; signatures of webhooks follow this machine’s: set the one that is wrong',
  ),
} as const;
