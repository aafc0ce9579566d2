/** A strict reader of RFC 4180, written for the tests. Line ends are LF or CRLF. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const [value, next] = text[at] === '"' ? quoted(text, at + 1) : plain(text, at);
    row.push(value);
    at = next;
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] !== '\n') throw new Error(`no line end at ${at}`);
    at += 1;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) throw new Error('the last line has no end');
  return rows;
}

function quoted(text: string, from: number): [string, number] {
  let value = '';
  for (let at = from; at < text.length; at += 1) {
    if (text[at] !== '"') value += text[at];
    else if (text[at + 1] === '"') {
      value += '"';
      at += 1;
    } else return [value, at + 1];
  }
  throw new Error('a quote is never closed');
}

function plain(text: string, from: number): [string, number] {
  const match = /^[^",\r\n]*/.exec(text.slice(from))![0];
  return [match, from + match.length];
}
