/** YAML's spellings of a number -> decimal text, exactly; no double in between. */

const MOST_DIGITS = 100;

export type NumberText = { readonly text: string } | { readonly problem: string; readonly hint?: string };

/** `1e3` -> `1000`, `0x10` -> `16`, `.5` -> `0.5`; what has no decimal text, or may not mean a number, is a problem. */
export function decimalText(source: string): NumberText {
  const { sign, digits } = /^(?<sign>[-+]?)(?<digits>.*)$/s.exec(source)!.groups as Record<string, string>;
  if (/^\.(inf|nan)$/i.test(digits!)) return { problem: 'is no number that can be compared with' };
  if (/^0[xo]/.test(digits!)) return { text: signed(sign!, BigInt(digits!).toString()) };
  const match = /^(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(digits!);
  if (!match) return { problem: 'is not written as a decimal number' };
  const [, whole = '', fraction = '', exponent = '0'] = match;
  if (/^0\d/.test(whole)) {
    return {
      problem: 'begins with 0',
      hint: 'text such as a post code needs quotes; a number no zero in front',
    };
  }
  const shift = Number(exponent);
  if (whole.length + fraction.length + Math.abs(shift) > MOST_DIGITS)
    return { problem: 'has too many digits' };
  return { text: signed(sign!, shifted(whole, fraction, shift)) };
}

function signed(sign: string, digits: string): string {
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

/** `whole.fraction` with its point moved `by` places to the right. */
function shifted(whole: string, fraction: string, by: number): string {
  const digits = (by < 0 ? '0'.repeat(-by) : '') + whole + fraction + (by > 0 ? '0'.repeat(by) : '');
  const point = (by < 0 ? -by : 0) + whole.length + by;
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0';
  const after =
    by > 0 ? digits.slice(point).slice(0, Math.max(0, fraction.length - by)) : digits.slice(point);
  return after ? `${before}.${after}` : before;
}
