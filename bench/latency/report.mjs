/** The latency benchmark's table. */
const NAMES = {
  poll: 'by looking',
  notify: 'woken by triggers',
  load: 'by looking, beside a first load of everybody',
};

export function reportText({ customers, events, rate, seconds, engine, cores, node, phases }) {
  const lines = [
    `${engine}, Node ${node}, ${cores} cores; ${number(customers)} customers, ${number(events)} events,`,
    `${rate} new events a second for ${seconds} s; 20 realtime segments of 30 minutes, a webhook on loopback.`,
    'From the instant that caused a change to its acknowledgement, in milliseconds:',
  ];
  for (const each of phases) {
    lines.push(
      '',
      `${NAMES[each.phase]}: ${number(each.changes)} changes of ${number(each.written)} events;`,
    );
    lines.push(
      `  ${number(each.statements_per_second)} statements a second, ${(each.cpu_share * 100).toFixed(0)} % of a core` +
        (each.loaded === undefined ? '' : `, ${number(each.loaded)} of the load delivered meanwhile`),
    );
    lines.push(row(['op', 'caused by', 'changes', 'p50', 'p95', 'p99', 'max']));
    for (const { op, cause, changes, p50, p95, p99, max } of each.latencies)
      lines.push(row([op, cause, number(changes), ...[p50, p95, p99, max].map(number)]));
  }
  return `${lines.join('\n')}\n`;
}

function row(cells) {
  return `  ${cells.map((cell, index) => (index < 2 ? String(cell).padEnd(12) : String(cell).padStart(9))).join('')}`;
}

function number(n) {
  return n.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}
