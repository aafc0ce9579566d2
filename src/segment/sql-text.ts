/**
 * A user's own SQL, read as far as segsync must: where `:T` stands, and whether anything in it may give another answer
 * though no row changed. Text in quotes and comments is passed over.
 */

export interface SqlText {
  /** The text with `:T` replaced. */
  at(instant: string): string;
  readonly usesT: boolean;
  /** What in it may change by itself: `:T`, a subquery, a function of clock, chance or session. */
  readonly moving?: string;
  /** Functions that it calls, in lower case; whether their answers may change is for the warehouse to say. */
  readonly calls: readonly string[];
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"(?:\s*\.\s*"(?:[^"]|"")*")*(?:\s*\()?|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|::|:T\b|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*(?:\s*\.\s*[A-Za-z_"\u0080-\uffff][\w$"\u0080-\uffff]*)*(?:\s*\()?|[\s\S]/g;

/** Words that mean the moment, the session or another query wherever they stand alone. */
const MOVING_WORDS = new Set(
  'select values table current_date current_time current_timestamp localtime localtimestamp sysdate systimestamp current_user current_role session_user user current_catalog current_schema'.split(
    ' ',
  ),
);

/** Functions of clock, chance or session, by any warehouse's name for them. */
const MOVING_CALLS =
  /^(now|today|age|random|rand|randn|randstr|uniform|normal|setseed|uuid|uuidv[47]|\w*uuid\w*|getdate|getutcdate|sysdate|timeofday|unix_timestamp|clock_timestamp|statement_timestamp|transaction_timestamp|get_current_\w+|current_\w+|session_\w+|nextval|currval|lastval|seq\d|version|pg_\w+|txid_\w+|inet_\w+|has_\w+|getvariable|getenv|setting\w*|last_query_id|last_transaction)$/;

/** Words in texts that PostgreSQL reads as the moment when they are cast to a time. */
const MOVING_TEXT = /\b(now|today|tomorrow|yesterday)\b/i;

/** Not functions, though a parenthesis may follow; or functions by grammar, which only compute. */
const PLAIN_CALLS = new Set(
  (
    'in and or not case when then else end between like ilike similar to is null any all some over filter as on using from for by ' +
    'cast try_cast safe_cast coalesce nullif greatest least trim extract row array position substring overlay normalize if iff ifnull interval ' +
    'decimal numeric varchar char character text bit timestamp timestamptz time float date struct map list'
  ).split(' '),
);

export function readSql(sql: string): SqlText {
  const pieces: (string | undefined)[] = [];
  const calls = new Set<string>();
  let moving: string | undefined;
  for (const [token] of sql.matchAll(TOKEN)) {
    if (token === ':T') {
      pieces.push(undefined);
      moving ??= ':T';
      continue;
    }
    pieces.push(token);
    moving ??= movingText(token);
    const call = /^[A-Za-z_\u0080-\uffff]/.test(token) && token.endsWith('(') ? callOf(token) : undefined;
    if (call !== undefined && !PLAIN_CALLS.has(call)) calls.add(call);
  }
  return {
    at: (instant) => pieces.map((piece) => piece ?? instant).join(''),
    usesT: pieces.includes(undefined),
    ...(moving === undefined ? {} : { moving }),
    calls: [...calls],
  };
}

function movingText(token: string): string | undefined {
  const lower = token.toLowerCase();
  if (/^(e?'|\$)/.test(lower) && MOVING_TEXT.test(lower)) return token;
  // A name in quotes may be any function's.
  if (lower.startsWith('"') && lower.endsWith('(')) return `${callOf(token)}()`;
  if (!/^[a-z_\u0080-\uffff]/.test(lower)) return undefined;
  if (lower.endsWith('(')) {
    const call = callOf(token);
    // A function of somebody's own schema may do anything.
    const moves = call.includes('.') || MOVING_CALLS.test(call) || MOVING_WORDS.has(call);
    return moves ? `${call}()` : undefined;
  }
  return MOVING_WORDS.has(lower) ? lower : undefined;
}

function callOf(token: string): string {
  return token.slice(0, -1).replaceAll(/\s+/g, '').toLowerCase();
}
