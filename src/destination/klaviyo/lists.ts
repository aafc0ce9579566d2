/** Lists: found by their names, made where they are missing. */
import { fail } from '../../diagnostics/diagnostic.ts';
import type { ApiAnswer } from '../api.ts';
import { severalCalled, unreachable } from '../failures.ts';
import { isRecord } from '../json.ts';
import { attributesOf } from './answer.ts';
import type { Client } from './client.ts';

export interface Lists {
  /** The list's id; makes it unless `dryRun`. */
  ensure(name: string, dryRun: boolean): Promise<string>;
  /** Throws E407 where an answer says that there is no such list. */
  stopIfGone(answer: ApiAnswer): void;
}

export function openLists(destination: string, client: Client): Lists {
  /** Lists that were made: a look-up may not know them yet, and Klaviyo lets only 150 a day be made. */
  const made = new Map<string, string>();
  const make = async (name: string): Promise<string> => {
    const body = { data: { type: 'list', attributes: { name } } };
    const { json } = await client.ask({ method: 'POST', path: '/api/lists', body });
    const data = isRecord(json) && isRecord(json.data) ? json.data : {};
    if (typeof data.id !== 'string' || data.id === '') {
      const detail = 'Klaviyo made a list and did not say its id';
      fail('E407', { destination, detail, hint: 'run again' });
    }
    made.set(name, data.id);
    return data.id;
  };
  return {
    async ensure(name, dryRun) {
      const [id, other] = await listsCalled(destination, client, name);
      if (other !== undefined) severalCalled(destination, 'lists', name);
      return id ?? made.get(name) ?? (dryRun ? `new:${name}` : make(name));
    },
    stopIfGone(answer) {
      if (!isAboutList(answer)) return;
      made.clear();
      const detail = `its list is not there any more (HTTP ${answer.status})`;
      fail('E407', { destination, detail, hint: 'run again to make a new list, which begins empty' });
    },
  };
}

/** Ids of the lists of exactly this name. */
async function listsCalled(destination: string, client: Client, name: string): Promise<string[]> {
  const filter = encodeURIComponent(`equals(name,${JSON.stringify(name)})`);
  const read = await client
    .pages(`/api/lists?fields[list]=name&filter=${filter}`)
    .catch((error: unknown) => unreachable(destination, error));
  if ('status' in read) fail('E404', { destination, detail: `it answers HTTP ${read.status}` });
  return read.data.flatMap((list) =>
    attributesOf(list).name === name && typeof list.id === 'string' ? [list.id] : [],
  );
}

/** 404 of a call to a list, or an error that points to the list of an import. */
function isAboutList({ status, json }: ApiAnswer): boolean {
  if (status === 404) return true;
  const errors = status >= 400 && status < 500 && isRecord(json) ? json.errors : undefined;
  return (Array.isArray(errors) ? errors : []).some(
    (error) =>
      isRecord(error) &&
      isRecord(error.source) &&
      String(error.source.pointer).startsWith('/data/relationships/lists'),
  );
}
