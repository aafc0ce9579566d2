/** JSON pointers. Source: RFC 6901. */
import { isRecord } from '../json.ts';

/** What a pointer leads to; undefined where there is nothing. The empty pointer is the whole. */
export function at(json: unknown, pointer: string): unknown {
  let here = json;
  for (const step of stepsOf(pointer)) {
    if (Array.isArray(here)) here = /^(0|[1-9]\d*)$/.test(step) ? here[Number(step)] : undefined;
    else here = isRecord(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Empty, or every step after a slash, `~` only as `~0` or `~1`. */
export function isPointer(text: string): boolean {
  return /^(\/([^~/]|~[01])*)*$/.test(text);
}
