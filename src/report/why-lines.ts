/** Lines of text for people: wrapped between words, and without what a terminal would take for a command. */

const WIDTH = 80;
/** However deep conditions lie, words keep some room. */
const LEAST = 32;

/** `text` in lines of at most 80 columns, where words are not longer; further lines stand `hang` deeper. */
export function wrapped(text: string, indent: number, hang = 2): string[] {
  if (text === '') return [];
  const own = /^ */.exec(text)![0].length;
  const lines: string[] = [];
  let line = ' '.repeat(indent) + text.slice(0, own);
  let isEmpty = true;
  for (const word of text.slice(own).split(' ')) {
    const room = Math.max(WIDTH, indent + LEAST);
    if (!isEmpty && line.length + 1 + word.length > room) {
      lines.push(line);
      line = ' '.repeat(indent + hang);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** An instant to the second, which is what people read; `--json` has microseconds. */
export function moment(instant: string): string {
  return instant.replace(/\.\d+Z$/, 'Z');
}

/** Somebody's own text on one line, whatever control characters are in it. */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a terminal
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
