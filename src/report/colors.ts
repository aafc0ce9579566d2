import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/**
 * Whether one output is coloured: the flag, then FORCE_COLOR (`0` and `false` mean no), then NO_COLOR (any text but
 * the empty one), then whether it is a terminal.
 */
export function wantsColor(
  output: { readonly isTerminal: boolean },
  environment: Readonly<Record<string, string | undefined>>,
  flag?: boolean,
): boolean {
  if (flag !== undefined) return flag;
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  if (environment.NO_COLOR) return false;
  return output.isTerminal && environment.TERM !== 'dumb';
}

export const colors = (enabled: boolean): Colors => pc.createColors(enabled);
