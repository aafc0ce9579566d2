/** The figures as tables for people, one an engine. */
import { seconds, table } from '../report.mjs';

const LIMIT_MIB = 300;
const LOAD_AIM = 0.7;
const SYNC_AIM_MS = 10_000;

/** Everyone was sent, and nobody twice. */
export function isWhole({ load, sync, priority }) {
  const loads = (load?.sizes ?? []).every(({ members, counted }) => wholeOf(members, counted));
  const besides = priority === undefined || priority.loaded === priority.customers;
  return loads && besides && (sync === undefined || wholeOf(sync.customers, sync.counted));
}

function wholeOf(members, { changes, keys }) {
  return changes === members && keys === members;
}

export function reportText({ rows, cores, node, engines }) {
  return [
    `Loopback webhook, ${rows} changes in a request; ${cores} cores, Node ${node}. Seconds belong to the machine, ratios are the result.`,
    ...engines.flatMap(engineText),
    '',
  ].join('\n');
}

function engineText(engine) {
  const { name, settings, load, sync, priority } = engine;
  return [
    '',
    `${name}: ${settings}`,
    ...(load ? ['', ...loadText(load)] : []),
    ...(sync ? ['', ...syncText(sync)] : []),
    ...(priority ? ['', ...priorityText(priority)] : []),
    '',
    `everyone sent once: ${isWhole(engine) ? 'yes' : 'NO'}`,
  ];
}

function loadText({ sizes }) {
  const row = (label, cell) => [label, ...sizes.map(cell)];
  const embedded = sizes.some(({ load }) => load.memory.embedded > 0);
  return [
    table([
      row('first load', ({ members }) => `${count(members)} members`),
      row('  segsync', ({ members, load }) => `${seconds(load.ms)}  ${count(rate(members, load.ms))} rows/s`),
      row(
        '  the same bodies, bare loop',
        ({ members, ceiling }) => `${seconds(ceiling.ms)}  ${count(rate(members, ceiling.ms))} rows/s`,
      ),
      row(
        `  segsync / bare loop (aim ${LOAD_AIM})`,
        ({ load, ceiling }) => `${(ceiling.ms / load.ms).toFixed(2)}`,
      ),
      row(
        '  processor time: segsync, bare loop',
        ({ load, ceiling }) => `${seconds(load.cpuMs)}, ${seconds(ceiling.cpuMs)}`,
      ),
      row(`  peak memory (aim ${LIMIT_MIB} MiB)`, ({ load }) => mebibytes(load.memory.rss)),
      row("    JavaScript's", ({ load }) => mebibytes(load.memory.script)),
      ...(embedded ? [row("    DuckDB's own count", ({ load }) => mebibytes(load.memory.embedded))] : []),
    ]),
  ];
}

function syncText({ ms, evaluateMs, deliverMs, customers }) {
  return [
    `first sync of ${count(customers)} customers from nothing: ${seconds(ms)} (aim ${seconds(SYNC_AIM_MS)}); evaluating ${seconds(evaluateMs)}, delivering ${seconds(deliverMs)}`,
  ];
}

function priorityText({ customers, rate: perSecond, alone, beside, loadMs, loaded }) {
  const row = (label, delays) => [
    label,
    String(delays.length),
    ...[0.1, 0.5, 0.9, 1].map((share) => ms(delays[Math.ceil(share * delays.length) - 1])),
  ];
  const requestMs = 1000 / perSecond;
  const late = median(beside) - median(alone);
  return [
    table([
      ['removals, from the act to the other side', 'number', '10 %', 'median', '90 %', 'slowest'],
      row('  nothing else going on', alone),
      row(`  while ${count(customers)} are loaded, ${perSecond} requests a second`, beside),
    ]),
    `the load: ${count(loaded)} in ${seconds(loadMs)}; it delays the median by ${ms(late)}, ${(late / requestMs).toFixed(1)} requests' time (aim 2)`,
  ];
}

function median(delays) {
  return delays[Math.ceil(delays.length / 2) - 1];
}

function ms(value) {
  return `${Math.round(value)} ms`;
}

function rate(members, ms) {
  return Math.round((members * 1000) / ms);
}

function count(number) {
  return number.toLocaleString('en-US');
}

function mebibytes(bytes) {
  return `${count(Math.round(bytes / 1024 / 1024))} MiB`;
}
