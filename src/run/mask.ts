/** What may be shown of a key: enough to tell two apart, too little to know whose it is. */

const MOST_SHOWN = 2;

/** The last two characters, and never more than a third of them. */
export function masked(key: string): string {
  const characters = [...key];
  const shown = Math.min(MOST_SHOWN, Math.floor(characters.length / 3));
  return `••••${characters.slice(characters.length - shown).join('')}`;
}
