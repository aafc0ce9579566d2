/** E5xx: state, and other processes that use it. */
import { error } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const STATE_CODES = {
  E501: error<{ schema: string; found: number; known: number }>(
    EXIT.newerState,
    (p) =>
      `the state in schema \`${p.schema}\` is of version ${p.found}; this program knows up to ${p.known}`,
    () => 'install the version of segsync that wrote it, or a newer one',
  ),
  E502: error<{ names: readonly string[] }>(
    EXIT.tryLater,
    (p) =>
      `another process took over ${p.names.join(', ')} while this one was busy; nothing more was written`,
    () => 'run again: what was under way is set right',
  ),
  E504: error<{ schema: string; detail: string }>(
    EXIT.failed,
    (p) => `the state tables cannot be made in schema \`${p.schema}\`: ${p.detail}`,
    (p) => `grant the right to create schema \`${p.schema}\` and tables in it, or set \`state.schema\``,
  ),
  E506: error<{ name: string; owner: string }>(
    EXIT.tryLater,
    (p) => `another process is at work on ${p.name}: ${p.owner}`,
    () => 'try again later, or wait with `--wait 60s`',
  ),
  E505: error<{ schema: string; detail: string }>(
    EXIT.failed,
    (p) => `the state in schema \`${p.schema}\` may not be read: ${p.detail}`,
    (p) => `grant USAGE on schema \`${p.schema}\` and SELECT on all tables in it`,
  ),
} as const;
