/** `segsync explain CODE`: the page of a diagnostic; needs no project and no connection. */
import { CODES, type Code } from '../diagnostics/codes.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT, type ExitCode } from '../diagnostics/exit.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { jsonText } from '../report/json.ts';
import type { Screen } from '../report/screen.ts';

/** True for what can only be meant as a code: `E102`, `w201`. */
export function looksLikeCode(operand: string): boolean {
  return /^[EW]\d+$/i.test(operand);
}

/** Prints the page of the code that was typed, in upper or lower case. Throws E660 for one that does not exist. */
export async function explainCode(screen: Screen, typed: string): Promise<ExitCode> {
  const code = typed.toUpperCase();
  if (!isCode(code)) fail('E660', { code: typed, suggestion: nearest(code, Object.keys(CODES)) });
  const { diagnosticPage, diagnosticPageText } = await import('../report/diagnostic-page.ts');
  const page = diagnosticPage(code);
  screen.result(screen.flags.json ? jsonText(page) : diagnosticPageText(page, screen.colors));
  return EXIT.done;
}

function isCode(code: string): code is Code {
  return Object.hasOwn(CODES, code);
}
