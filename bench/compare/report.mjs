/** The comparison as tables for people, one an engine. */
import { seconds, table } from '../report.mjs';

const HEADINGS = {
  changes: 'Four segments after a change',
  clock: 'Four segments, the clock moved on, no new rows',
  many: 'Many segments in one tick',
  index: 'The index (customer_id, type, ts) INCLUDE (amount)',
  growth: 'The same tick as the history grows',
};

export function reportText({ customers, events, cores, node, engines }) {
  const [amount, rows] = [customers, events].map((number) => number.toLocaleString('en-US'));
  return [
    `${amount} customers, ${rows} events; ${cores} cores, Node ${node}. Seconds belong to the machine, ratios are the result.`,
    'run: all that `segsync run` does after reading its files; tick: the evaluation alone; both medians.',
    ...engines.flatMap(engineText),
    '',
  ].join('\n');
}

function engineText({ name, settings, figures, checks }) {
  return ['', `${name}: ${settings}`, ...figuresText(figures), ...checksText(checks)];
}

function figuresText(figures) {
  return Object.entries(HEADINGS).flatMap(([part, heading]) => {
    const own = figures.filter((figure) => figure.part === part);
    if (own.length === 0) return [];
    const head = [heading, 'run', 'tick', 'keys', 'changes', 'beside', '', 'ratio', 'aim', ''];
    return ['', table([head, ...own.map(rowOf)])];
  });
}

function rowOf(figure) {
  const count = (number) => Math.round(number).toLocaleString('en-US');
  return [
    `  ${figure.label}`,
    seconds(figure.run_ms),
    seconds(figure.tick_ms),
    `${count(figure.affected)}${figure.mode === 'incremental' ? '' : ` (${figure.mode})`}`,
    count(figure.changes),
    figure.against,
    seconds(figure.against_ms),
    times(figure.ratio),
    figure.aim === null ? '' : `at most ${times(figure.aim)}`,
    figure.met === null ? '' : figure.met ? 'met' : 'NOT MET',
  ];
}

function checksText(checks) {
  const apart = checks.filter(({ same }) => !same);
  const sent = checks.filter(({ label }) => label.startsWith('sent'));
  return [
    '',
    ...sent.map(
      ({ label, apart: of }) => `${label}: ${of.changes} changes of membership, ${of.lines} rows sent`,
    ),
    `same members: ${apart.length === 0 ? 'yes' : 'no'} (${checks.length} checks)`,
    ...apart.map(({ label, apart: of }) => `  ${label}: ${JSON.stringify(of)}`),
  ];
}

/** `2.3 x`, or `1/12` of the other. */
function times(ratio) {
  return ratio >= 0.95 ? `${ratio.toFixed(1)} x` : `1/${(1 / ratio).toFixed(1)}`.replace(/\.0$/, '');
}
