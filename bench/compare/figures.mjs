/** What was measured -> lines of the report: segsync beside something else, and what the ratio should be at most. */

/** `measured` as one figure for each side beside segsync; `aims` by the side's name, `most` = segsync / side. */
export function figuresOf(part, label, measured, aims = {}) {
  return Object.entries(measured.beside).map(([name, ms]) =>
    figureOf({ part, label, segsync: measured.segsync, against: name, ms, most: aims[name] }),
  );
}

export function figureOf({ part, label, segsync, against, ms, most }) {
  const ratio = segsync.run_ms / ms;
  return {
    part,
    label,
    ...segsync,
    against,
    against_ms: ms,
    ratio,
    aim: most ?? null,
    met: most === undefined ? null : ratio <= most,
  };
}
