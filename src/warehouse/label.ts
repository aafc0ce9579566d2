/** A statement's label: a comment line before it. */

/** Ends in a line feed; nothing for an empty label. A line break in a label would end the comment and begin SQL. */
export function labelLine(label: string): string {
  return label === '' ? '' : `-- ${label.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}\n`;
}
