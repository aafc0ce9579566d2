/**
 * Names and countries as Google hashes or takes them. Source: Data Manager API, concepts/formatting, and the formatter of
 * its own utilities (`googleads/data-manager-node`, util).
 */

const TITLE = /^(mr|mrs|ms|dr)\.(\s+|$)/;
const SUFFIXES = 'jr sr 2nd 3rd ii iii iv v vi cpa dc dds vm jd md phd'.split(' ');

/** Lower case, without a title; undefined where nothing is left. */
export function givenName(text: string): string | undefined {
  return text.trim().toLowerCase().replace(TITLE, '').trim() || undefined;
}

/** Lower case, without its suffixes, however many; undefined where nothing is left. */
export function familyName(text: string): string | undefined {
  let name = text.trim().toLowerCase();
  for (let last = lastWord(name); last && SUFFIXES.includes(last.word); last = lastWord(name))
    name = name.slice(0, last.at);
  return name || undefined;
}

/** The word after the last blank or comma, and where what separates it begins. `jr.` and `sr.` may have their dot. */
function lastWord(name: string): { word: string; at: number } | undefined {
  const match = /(?:,\s*|\s+)([a-z0-9]+)(\.?)$/.exec(name);
  const [, word, dot] = match ?? [];
  if (!match || word === undefined || (dot && word !== 'jr' && word !== 'sr')) return undefined;
  return { word, at: match.index };
}

/** Two letters (ISO 3166), in upper case. */
export function regionCode(text: string): string | undefined {
  const code = text.trim().toUpperCase();
  return /^[A-Z]{2}$/.test(code) ? code : undefined;
}
