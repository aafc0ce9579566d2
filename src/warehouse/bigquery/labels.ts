/** A statement's label as a job's labels, by which a bill can be split. */

/** Characters of a key and of a value at most. Source: BigQuery, requirements for labels. */
const LONGEST = 63;

/** `segsync command=run tier=frequent` -> `{segsync_command: 'run', segsync_tier: 'frequent'}`. */
export function labelsOf(label: string): Record<string, string> {
  const pairs = label.split(' ').flatMap((word) => {
    const [, key, value] = /^([a-z]+)=(.+)$/.exec(word) ?? [];
    return key === undefined ? [] : [[`segsync_${key}`, textOf(value!)]];
  });
  return Object.fromEntries(pairs);
}

function textOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{Ll}\p{Lo}0-9_-]/gu, '_')
    .slice(0, LONGEST);
}
