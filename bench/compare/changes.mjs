/** The four segments after some customers changed, and with nothing changed. */
import { figuresOf } from './figures.mjs';
import { openFour, SLOW, sameFour } from './four.mjs';
import { measureRounds } from './rounds.mjs';
import { MINUTE } from './shop.mjs';

const STEPS = [
  { label: '0.1 % changed, the clock stands', share: 0.001, aims: { 'by hand': 2, naive: 1 / 10 } },
  { label: '0.01 % changed', share: 0.0001, advance: MINUTE, aims: {} },
  { label: '0.1 % changed', share: 0.001, advance: MINUTE, aims: { 'by hand': 2, naive: 1 / 10 } },
  { label: '1 % changed', share: 0.01, advance: MINUTE, aims: {} },
  { label: '10 % changed', share: 0.1, advance: MINUTE, once: true, aims: {} },
  { label: 'nothing changed, a minute later', advance: MINUTE, once: true, aims: { 'by hand': 2 } },
  { label: 'nothing changed, more minutes later', advance: MINUTE, aims: { 'by hand': 2 } },
];

export async function measure(bench) {
  const four = await openFour(bench);
  const [figures, checks] = [[], []];
  for (const { label, aims, once, ...step } of STEPS) {
    bench.progress(label);
    const rounds = once ? 1 : bench.rounds;
    const measured = await measureRounds(bench, { ...four, ...step, slow: SLOW, rounds });
    figures.push(...figuresOf('changes', label, measured, aims));
    checks.push(await sameFour(bench, four, label));
  }
  return { figures, checks };
}
