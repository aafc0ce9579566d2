/** The figures as a table for people, one column an engine. */

/** The whole report. */
export function reportText(document) {
  const { engines } = document;
  return [
    heading(document),
    ...engines.map(({ name, settings, load_ms: ms }) => `${name}: ${settings}; loaded in ${seconds(ms)}.`),
    '',
    table([['', ...engines.map(({ name }) => name)], ...rows(engines)]),
    '',
    ...notes(document),
    '',
  ].join('\n');
}

function heading({ customers, events, cores, node, engines }) {
  const count = (number) => number.toLocaleString('en-US');
  return (
    `${count(customers)} customers, ${count(events)} events over 180 days, ${engines[0].segments} segments, ` +
    `no syncs; ${cores} cores, Node ${node}. Seconds belong to the machine, ratios are the result.\n`
  );
}

function rows(engines) {
  const row = (label, cell) => [label, ...engines.map(cell)];
  const { segments, changed_customers: changed } = engines[0];
  return [
    row('first tick (everyone is new)', ({ first }) => timed(first)),
    row('full tick, members known', ({ full }) => timed(full)),
    row(`incremental, ${changed.toLocaleString('en-US')} customers had events`, ({ changed: of }) =>
      timed(of),
    ),
    row('  full / incremental', ({ full_to_changed: of, aim }) => `${of} x  (aim ${aim} x)`),
    row(
      '  the same without opening and closing',
      ({ full_to_changed_tick: of, changed: tick }) => `${of} x  (${seconds(tick.tick_ms)})`,
    ),
    row('  the same in processor time', ({ full_to_changed_cpu: of, changed: tick }) =>
      of === null ? "(the server's own)" : `${of} x  (${seconds(tick.cpu_ms)})`,
    ),
    row('a minute later, nothing new', ({ overlap }) => timed(overlap)),
    row('  full / this', ({ full, overlap }) => times(full, overlap)),
    row('another minute later, nothing new', ({ quiet }) => timed(quiet)),
    row('  full / this', ({ full, quiet }) => times(full, quiet)),
    row(`${segments} segments, ${segments} ticks of one`, ({ one_by_one: of }) => timed(of)),
    row('  these / one tick of all', ({ one_by_one_to_together: of }) => `${of} x`),
    row('peak memory, full ticks', ({ peak_bytes: of }) => mebibytes(of.full)),
    row('peak memory, incremental ticks', ({ peak_bytes: of }) => mebibytes(of.incremental)),
    row('full evaluation finds after them', ({ exact }) => (exact ? 'the same members' : 'OTHER MEMBERS')),
    row('memberships', ({ members }) => members.toLocaleString('en-US')),
  ];
}

function notes({ engines, same_members: same }) {
  const { ticks } = engines[0].changed;
  return [
    `A figure is the median run (everything that \`segsync run\` does after reading its files), its keys looked at and`,
    `the memberships that changed: ${engines[0].full.ticks} full ticks, ${ticks} rounds of incremental ones, one uncounted before them. Each round: 0.1 %`,
    `of the customers get 5 events each, then three ticks, a minute of the simulated clock apart. The keys of the first`,
    `are theirs and those of rows that a window's edge crossed in that minute; the second looks again at what arrived in`,
    `the minute before its watermark (\`overlap\`), the third only at crossings. Memory is this program's; PostgreSQL's`,
    `server has its own, DuckDB is part of the program.`,
    ...(same === undefined ? [] : ['', `Both engines hold the same members: ${same ? 'yes' : 'NO'}.`]),
  ];
}

function timed({ run_ms: ms, affected, changes }) {
  const count = (number) => number.toLocaleString('en-US');
  return `${seconds(ms)}  ${count(affected)} keys, ${count(changes)} changes`;
}

function times(full, other) {
  return `${Math.round((full.run_ms / other.run_ms) * 10) / 10} x`;
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 3 : 1)} s`;
}

function mebibytes(bytes) {
  return `${Math.round(bytes / 1024 / 1024).toLocaleString('en-US')} MiB`;
}

export function table(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function progress(text) {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}
