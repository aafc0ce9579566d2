/** Why one key is in a segment, or is not, for people: at most 80 columns wide where words allow it. */
import type { Colors } from './colors.ts';
import type { Waits, WhyMembership, WhyNextChange, WhyReport, WhySync } from './results.ts';
import { conditionLines } from './why-condition.ts';
import { moment, printable, wrapped } from './why-lines.ts';

/** As text ending in a line feed. */
export function whyText(report: WhyReport, colors: Colors): string {
  const lines = [
    ...verdictLines(report, colors),
    '',
    ...conditionLines(report.condition, colors),
    '',
    ...membershipLines(report.membership),
    ...(report.found ? wrapped(`Next change: ${nextText(report.next_change)}`, 0) : []),
    ...report.syncs.flatMap((sync) => ['', ...syncLines(sync, colors)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function verdictLines(report: WhyReport, colors: Colors): string[] {
  const { entity, segment, found, holds, at, membership } = report;
  const key = printable(report.key);
  const verdict = membership.waits
    ? waitingText(membership.waits, segment, colors)
    : holds
      ? colors.green(`is in ${segment}`)
      : colors.red(`is not in ${segment}`);
  const lines = [`${colors.bold(`${entity} ${key}`)} ${verdict}`, `as of ${moment(at)}`];
  if (found) return lines;
  return [...lines, ...wrapped(`The table of ${entity} has no such key: nobody there is in any segment.`, 0)];
}

function waitingText({ op }: Waits, segment: string, colors: Colors): string {
  return op === 'enter'
    ? colors.red(`is not yet in ${segment}`)
    : colors.green(`is still in ${segment}, which does not hold any more`);
}

function waitLines({ op, since, until }: Waits): string[] {
  const text =
    op === 'exit'
      ? `Leaves not before ${moment(until)}, by \`stay_at_least\`.`
      : since === undefined
        ? 'The next evaluation makes it wait, by `settle`.'
        : `Waits since ${moment(since)} and enters not before ${moment(until)}, by \`settle\`.`;
  return wrapped(text, 0);
}

function membershipLines({ member, since, evaluated_at, pending, waits, changes }: WhyMembership): string[] {
  if (evaluated_at === undefined) return ['No run has evaluated this segment yet.'];
  const stood = `when the segment was last evaluated, ${moment(evaluated_at)}`;
  const lines = member
    ? [`A member since ${moment(since!)}.`, ...wrapped(`It was one ${stood}.`, 0)]
    : wrapped(`Not a member ${stood}.`, 0);
  const next = pending ? [`The next evaluation makes it ${pending}.`] : waits ? waitLines(waits) : [];
  const history = changes.map(({ op, evaluated_at: at, caused_at: cause }) => {
    const because = cause === undefined || cause === at ? '' : ` (cause of ${moment(cause)})`;
    return `  ${op.padEnd(5)} ${at === undefined ? '' : moment(at)}${because}`;
  });
  return [...lines, ...next, ...history];
}

function nextText(next: WhyNextChange): string {
  switch (next.kind) {
    case 'at':
      return `${moment(next.at)}, ${next.holds ? 'in' : 'out'}, if no row arrives before.`;
    case 'not_by_time':
      return 'not by time alone; only rows can change it.';
    case 'not_before':
      return `not before ${moment(next.at)} by time alone; further was not looked.`;
    case 'unknown':
      return `cannot be foreseen: ${next.reason}.`;
  }
}

function syncLines(sync: WhySync, colors: Colors): string[] {
  const { state, mode, rejection } = sync;
  const audience = sync.audience === undefined ? '' : `, audience ${printable(sync.audience)}`;
  const how = mode === undefined || mode === 'mirror' ? '' : `, ${mode}`;
  const told = {
    delivered: colors.green('delivered'),
    sending: 'sent, no answer yet',
    'not there': 'not there',
  };
  return [
    `${colors.bold(sync.sync)}: ${told[state]}`,
    ...wrapped(`to ${sync.destination}${audience}${how}`, 2),
    ...sync.reasons.flatMap(({ message }) => wrapped(printable(message), 2)),
    ...sync.ledger.flatMap(ledgerLines),
    ...(rejection ? rejectionLines(rejection, colors) : []),
  ];
}

function ledgerLines(row: WhySync['ledger'][number]): string[] {
  const { delivered_at, sent_at, acked_at, op, status, http_status, attempts } = row;
  const answer = [status, http_status && `HTTP ${http_status}`, tries(attempts)].filter(Boolean).join(', ');
  const carried = Object.entries(row.identifiers).map(([name, value]) => `${name}=${value}`);
  return [
    `ledger: ${row.state}${delivered_at ? ` ${moment(delivered_at)}` : ''}, audience_ref ${row.audience_ref}`,
    ...(sent_at ? [`${op} sent ${moment(sent_at)}${acked_at ? `, answered ${moment(acked_at)}` : ''}`] : []),
    ...(answer ? [`answer: ${answer}`] : []),
    ...(carried.length > 0 ? [`identifiers as sent: ${carried.join(', ')}`] : []),
  ].flatMap((line) => wrapped(printable(line), 2));
}

function tries(attempts: number | undefined): string {
  return attempts !== undefined && attempts > 1 ? `${attempts} attempts` : '';
}

function rejectionLines(rejection: NonNullable<WhySync['rejection']>, colors: Colors): string[] {
  const { op, code, message, attempts, last_at, next_at, dead } = rejection;
  const again = dead
    ? 'final until the row changes, or `segsync retry`'
    : next_at
      ? `tried again ${moment(next_at)}`
      : '';
  const when = last_at ? ` ${moment(last_at)}` : '';
  return [
    colors.red(`  ${op} rejected${when}`),
    ...wrapped(printable(`${code}: ${message}`), 2),
    ...wrapped([tries(attempts), again].filter(Boolean).join('; '), 2),
  ];
}
