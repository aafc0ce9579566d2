/**
 * What a day costs, on paper: `npm run bench:cost -- [--FLAG FIGURE ...]` prints docs/warehouses/cost.md's tables for
 * other figures. Nothing is measured here: see that page for what is read somewhere and what is assumed.
 */
import { INPUTS, inputsOf } from './cost/inputs.mjs';
import { VENDORS } from './cost/vendors.mjs';
import { tiersOf } from './cost/work.mjs';

function main() {
  if (process.argv.includes('--help')) return process.stdout.write(`${usage()}\n`);
  try {
    const inputs = inputsOf(process.argv.slice(2));
    const tables = [workTable(inputs), costTable(inputs), otherwiseTable(inputs), inputTable(inputs)];
    process.stdout.write(`${tables.join('\n\n')}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${usage()}\n`);
    process.exitCode = 64;
  }
}

function workTable(inputs) {
  const rows = tiersOf(inputs).map((tier) => [
    `\`${tier.name}\``,
    `${tier.seconds.toLocaleString('en-US')} s`,
    tier.ticks.toLocaleString('en-US'),
    figure(tier.segments),
    figure(tier.changes),
    figure(tier.affected),
    figure(tier.flushes),
  ]);
  return table(
    ['tier', 'every', 'ticks a day', 'segments', 'changes a tick', 'keys evaluated', 'flushes'],
    rows,
  );
}

function costTable(inputs) {
  const rows = VENDORS.flatMap((vendor) => {
    const { name, costOf, most } = vendor;
    const costs = tiersOf(inputs).map((tier) => ({ tier, ...costOf(inputs, tier) }));
    const load = costs.reduce((sum, { tier, seconds }) => sum + (seconds ?? 0) * tier.ticks, 0) / 86_400;
    return [
      ...costs.map(({ tier, usd, readGib, writtenGib, seconds }) => [
        name,
        `\`${tier.name}\``,
        figure(readGib),
        figure(writtenGib),
        seconds === undefined
          ? 'not known'
          : `${figure(seconds)}${seconds > tier.seconds ? ' (too slow)' : ''}`,
        figure(usd * tier.ticks),
      ]),
      [
        name,
        '**together**',
        '',
        '',
        most ? `busy ${percent(load)}` : '',
        `**${figure(dayOf(vendor, inputs))}**`,
      ],
    ];
  });
  return table(
    ['warehouse', 'tier', 'GiB read a tick', 'GiB changed a tick', 'seconds a tick', 'USD a day'],
    rows,
  );
}

/** What other choices would come to, everything else the same. */
const OTHERWISE = [
  ['as above', {}],
  ['flushes of 100,000 rows', { 'flush-rows': 100_000 }],
  ['no tick more often than every 15 minutes', { 'least-seconds': 900 }],
  ['all of it', { 'flush-rows': 100_000, 'least-seconds': 900 }],
  ['a hundredth of it all, and the smallest warehouse', { smaller: 100 }],
];

function otherwiseTable(inputs) {
  const rows = OTHERWISE.map(([what, other]) => {
    const changed = { ...inputs, ...(other.smaller ? smaller(inputs, other.smaller) : other) };
    return [what, ...VENDORS.map((vendor) => figure(dayOf(vendor, changed)))];
  });
  return table(['USD a day', ...VENDORS.map(({ name }) => name)], rows);
}

/** Data so many times less, and warehouses an eighth as large and as fast. */
function smaller(inputs, times) {
  const data = ['memberships', 'customers', 'event-gib-a-day'];
  const size = ['snowflake-credits-hour', 'databricks-dbu-hour', 'redshift-rpu'];
  const speed = ['read-mib-second', 'write-mib-second'];
  const by = (names, divisor) => names.map((name) => [name, inputs[name] / divisor]);
  return Object.fromEntries([...by(data, times), ...by([...size, ...speed], 8)]);
}

/** Tiers share a warehouse: where time is billed, it is paid for once, however many of them keep it running. */
function dayOf({ costOf, most }, inputs) {
  const apart = tiersOf(inputs).reduce((sum, tier) => sum + costOf(inputs, tier).usd * tier.ticks, 0);
  return most ? Math.min(apart, most(inputs)) : apart;
}

function inputTable(inputs) {
  const rows = Object.entries(INPUTS).map(([name, [, meaning, source]]) => [
    `\`--${name}\``,
    String(inputs[name]),
    meaning,
    source ? `${source.from}${source.confirmed === false ? '; **unconfirmed**' : ''}` : 'assumed',
  ]);
  return table(['flag', 'figure', 'what it is', 'from'], rows);
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function percent(share) {
  return `${figure(share * 100)}% of the day${share > 1 ? ' (too slow)' : ''}`;
}

/** Two digits that count are more than is known. */
function figure(value) {
  if (value === 0) return '0';
  if (value < 0.01) return value.toExponential(1);
  return Number(value.toPrecision(2)).toLocaleString('en-US', { maximumFractionDigits: 3 });
}

function usage() {
  const flags = Object.entries(INPUTS).map(
    ([name, [value, meaning]]) => `  --${name} ${value}\n      ${meaning}`,
  );
  return `usage: npm run bench:cost -- [--FLAG FIGURE ...]\n\n${flags.join('\n')}`;
}

main();
