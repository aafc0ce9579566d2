/** E450 and on: delivery. */
import { error } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const DELIVER_CODES = {
  E451: error<{ sync: string; guard: 'max_remove' | 'max_add'; figure: string; limit: string }>(
    EXIT.held,
    (p) =>
      `sync ${p.sync} is held: it would ${p.guard === 'max_remove' ? 'remove' : 'add'} ${p.figure} of its audience; \`${p.guard}\` allows ${p.limit}`,
    (p) =>
      `if that is meant, run with \`${p.guard === 'max_remove' ? '--allow-removal' : '--allow-add'} ${p.sync}\`, or raise \`guards: { ${p.guard} }\` in its YAML`,
  ),
  E452: error<{ sync: string; table: string }>(
    EXIT.held,
    (p) => `sync ${p.sync} is held: table ${p.table}, which was full, is empty`,
    (p) => `if that is meant, run with \`--allow-removal ${p.sync}\``,
  ),
  E453: error<{ sync: string; destination: string; needs: string; mode: string; modes: readonly string[] }>(
    EXIT.invalidProject,
    (p) =>
      `destination ${p.destination} cannot ${p.needs}, which \`mode: ${p.mode}\` of sync ${p.sync} needs`,
    (p) => `choose a \`mode:\` that it serves: ${p.modes.map((mode) => `\`${mode}\``).join(', ')}`,
  ),
  E454: error<{ attempts: number; seconds: number; reason: string }>(
    EXIT.tryLater,
    (p) =>
      `nothing got through in ${p.attempts === 1 ? '1 attempt' : `${p.attempts} attempts`}${p.seconds > 0 ? ` over ${p.seconds}s` : ''}: ${p.reason}`,
    () => 'what was not acknowledged is sent again by the next run',
  ),
  E456: error<{ rows: number; code: string; message: string }>(
    EXIT.failed,
    (p) => `everything was refused, all ${p.rows} rows of a batch: ${p.code} ${p.message}`,
    () => 'nobody was rejected for it; once its cause is set right, the next run sends everything again',
  ),
  E457: error<{ sync: string; segment: string }>(
    EXIT.failed,
    (p) =>
      `sync ${p.sync}: its destination excludes \`${p.segment}\`, which was not evaluated yet: who is to be kept out is not known`,
    (p) => `run with \`--select ${p.segment}\` first, or without a selection`,
  ),
  E455: error<{ sync: string; detail: string }>(
    EXIT.failed,
    (p) => `the warehouse failed while sync ${p.sync} was delivered: ${p.detail}`,
    () => 'what was not acknowledged is sent again by the next run',
  ),
} as const;
