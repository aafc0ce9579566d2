/** E65x: advice on tiers. */
import { error, warning } from '../declare.ts';
import { EXIT } from '../exit.ts';

export const ADVISE_CODES = {
  E650: error<{ now: string; clock: string }>(
    EXIT.usage,
    (p) => `\`--now ${p.now}\` lies after the warehouse’s clock, ${p.clock}`,
    () => 'advice comes from what happened: give an instant of the past',
  ),
  W650: warning<{ table: string; first: string }>(
    (p) => `${p.table} shows its first row at ${p.first}: what was before looks empty`,
    () => 'look back less far by `--over`, so that a load does not count as something that happened',
  ),
  W651: warning<{ keys: string }>(
    (p) => `${p.keys} plays no part here: the figures are those of the condition alone`,
    () => 'with it fewer come and go, and they do so later, on every tier',
  ),
} as const;
