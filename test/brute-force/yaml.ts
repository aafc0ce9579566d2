/** Plain values as YAML text: block style, text always in double quotes, numbers as they are written. */

/** A number by its text, where a double would not do. */
export class Numeral {
  constructor(readonly text: string) {}
}

export type Yaml =
  | string
  | boolean
  | number
  | Numeral
  | readonly Yaml[]
  | { readonly [key: string]: Yaml | undefined };

/** The document; entries that are undefined are left out. */
export function yamlText(value: Yaml): string {
  return `${write(value, '').replace(/^\n/, '')}\n`;
}

function write(value: Yaml, indent: string): string {
  if (value instanceof Numeral) return value.text;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  // Every escape of JSON is one of YAML's double quotes.
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value))
    return value.map((item) => `\n${indent}- ${nested(item, `${indent}  `)}`).join('');
  const entries = Object.entries(value).filter((entry): entry is [string, Yaml] => entry[1] !== undefined);
  if (entries.length === 0) return '{}';
  return entries
    .map(([key, item]) => {
      const text = write(item, `${indent}  `);
      return `\n${indent}${key}:${text.startsWith('\n') ? '' : ' '}${text}`;
    })
    .join('');
}

/** A list's item begins on the line of its dash. */
function nested(value: Yaml, indent: string): string {
  const text = write(value, indent);
  return text.startsWith(`\n${indent}`) ? text.slice(indent.length + 1) : text;
}
