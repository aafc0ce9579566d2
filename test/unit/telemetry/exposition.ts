/** Reads the text format of Prometheus by its specification (0.0.4), with code of its own. Throws at what it does not allow. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly help?: string;
  readonly type?: string;
  readonly samples: Sample[];
}

/** The families by name; samples of a histogram stand in its family. */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Family>();
  const family = (name: string): Family => {
    const found = families.get(name) ?? { samples: [] };
    families.set(name, found);
    return found;
  };
  for (const line of text.split('\n')) {
    const told = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (told) {
      const [, kind, name, rest] = told;
      families.set(name!, { ...family(name!), [kind!.toLowerCase()]: rest });
    } else if (line !== '' && !line.startsWith('#')) {
      const sample = parseSample(line);
      family(familyOf(sample.name, families)).samples.push(sample);
    }
  }
  return families;
}

function familyOf(name: string, families: ReadonlyMap<string, Family>): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return families.get(base)?.type === 'histogram' ? base : name;
}

function parseSample(line: string): Sample {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
  if (name === undefined) throw new Error(`no name: ${line}`);
  let at = name.length;
  const labels: Record<string, string> = {};
  if (line[at] === '{') {
    at++;
    while (line[at] !== '}') {
      const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="/.exec(line.slice(at));
      if (!label) throw new Error(`no label: ${line}`);
      at += label[0].length;
      let value = '';
      for (; line[at] !== '"'; at++) {
        if (at >= line.length) throw new Error(`a value does not end: ${line}`);
        if (line[at] !== '\\') value += line[at];
        else {
          const meant = { '\\': '\\', '"': '"', n: '\n' }[line[++at] ?? ''];
          if (meant === undefined) throw new Error(`unknown escape: ${line}`);
          value += meant;
        }
      }
      if (label[1]! in labels) throw new Error(`${label[1]} twice: ${line}`);
      labels[label[1]!] = value;
      at++;
      if (line[at] === ',') at++;
    }
    at++;
  }
  const value = /^ (NaN|[+-]Inf|[-+0-9.e]+)$/.exec(line.slice(at))?.[1];
  if (value === undefined) throw new Error(`no value: ${line}`);
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

/** The one sample with these labels among others; undefined when there is none. */
export function sampleOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const all = [...families.values()].flatMap(({ samples }) => samples);
  const found = all.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  if (found.length > 1) throw new Error(`${found.length} samples of ${name} ${JSON.stringify(labels)}`);
  return found[0]?.value;
}
