/** Amplitude's Behavioral Cohorts API as documented, for a project that knows some users. */
import { type Call, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const KEYS = { api: 'an-api-key-abcdef', secret: 'a-secret-key-abcdef' };
export const APP = 424242;
/** Amplitude never saw an event of this one. */
export const UNSEEN = 'unseen';
const SEED = 'seed';

interface Cohort {
  readonly name: string;
  readonly members: Set<string>;
  readonly archived: boolean;
}

type Body = Record<string, unknown>;

export interface AmplitudeSimulator extends Simulator {
  members(cohort: string): Set<string>;
  add(cohort: string, user: string, archived?: boolean): void;
  /** Another cohort of the name, whatever there is. */
  make(cohort: string): void;
  letIn(secret: string): void;
}

/** `known`: ids of users. */
export async function startAmplitude(known: readonly string[]): Promise<AmplitudeSimulator> {
  const users = new Set([...known, SEED]);
  const cohorts = new Map<string, Cohort>();
  let expected = KEYS.secret;
  const make = (name: string, ids: readonly string[], archived = false): string => {
    const id = `c${cohorts.size + 1}abc`;
    cohorts.set(id, { name, members: new Set(ids), archived });
    return id;
  };
  const byName = (name: string) => [...cohorts.values()].find((each) => each.name === name && !each.archived);

  function answer(call: Call): Reply {
    const pair = Buffer.from(`${KEYS.api}:${expected}`).toString('base64');
    if (call.headers.authorization !== `Basic ${pair}`) return { status: 401 };
    const route = `${call.method} ${call.path}`;
    if (route === 'GET /api/3/cohorts') return listed();
    if (call.headers['content-type'] !== 'application/json') return { status: 400 };
    const body = JSON.parse(call.body) as Body;
    if (route === 'POST /api/3/cohorts/upload') return upload(body);
    if (route === 'POST /api/3/cohorts/membership') return membership(body);
    return { status: 404 };
  }

  function listed(): Reply {
    const all = [...cohorts].map(([id, { name, archived }]) => ({ id, name, archived, appId: APP }));
    const others = [{ id: 'other', name: 'active', appId: APP + 1, archived: false }];
    return { status: 200, body: { cohorts: [...others, ...all] } };
  }

  function upload({ name, app_id, id_type, ids, owner, published, ...rest }: Body): Reply {
    const isRight =
      typeof name === 'string' && app_id === APP && id_type === 'BY_USER_ID' && published === true;
    if (!isRight || Object.keys(rest).length > 0 || !String(owner).includes('@')) return { status: 400 };
    if (!Array.isArray(ids) || ids.length === 0 || ids.some((id) => !users.has(id))) return { status: 400 };
    return { status: 200, body: { cohortId: make(name, ids) } };
  }

  function membership({ cohort_id, skip_invalid_ids, memberships, ...rest }: Body): Reply {
    const cohort = cohorts.get(String(cohort_id));
    if (!cohort || skip_invalid_ids !== true || Object.keys(rest).length > 0) return { status: 400 };
    if (!Array.isArray(memberships) || memberships.length !== 1) return { status: 400 };
    const { ids, id_type, operation } = memberships[0] as Body;
    if (!Array.isArray(ids) || ids.length > 100_000 || id_type !== 'BY_NAME') return { status: 400 };
    if (operation !== 'ADD' && operation !== 'REMOVE') return { status: 400 };
    const skipped = ids.filter((id) => !users.has(id));
    for (const id of ids.filter((each) => users.has(each))) {
      if (operation === 'ADD') cohort.members.add(id);
      else cohort.members.delete(id);
    }
    const result = [{ skipped_ids: skipped, operation }];
    return { status: 200, body: { cohort_id, memberships_result: result } };
  }

  const simulator = await startSimulator(
    answer,
    // The user with whom the cohort was made is taken out at every run.
    ({ path, body }) => path.endsWith('/membership') && !body.includes(`["${SEED}"]`),
  );
  return {
    ...simulator,
    members: (cohort) => byName(cohort)?.members ?? new Set(),
    add(cohort, user, archived = false) {
      users.add(user);
      const there = archived ? undefined : byName(cohort);
      if (there) there.members.add(user);
      else make(cohort, [user], archived);
    },
    make: (cohort) => void make(cohort, []),
    letIn(secret) {
      expected = secret;
    },
  };
}

/** The vendor as the shared story needs it. */
export async function openAmplitude(): Promise<Vendor> {
  const simulator = await startAmplitude(['1', '2', '3', "o'4", '5', '6', '7', '8']);
  simulator.add('active', 'x', true);
  const known = ({ key }: Person): string => key;
  return {
    simulator,
    file: `type: amplitude
targets: [test]
base_url: ${simulator.url}
api_key: "\${env:AMPLITUDE_API_KEY}"
secret_key: "\${env:AMPLITUDE_SECRET_KEY}"
app_id: ${APP}
owner: growth@example.org
seed_user: ${SEED}
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { AMPLITUDE_API_KEY: KEYS.api, AMPLITUDE_SECRET_KEY: KEYS.secret },
    match: ['external_id'],
    known,
    members: simulator.members,
    addForeign(audience) {
      simulator.add(audience, 'another');
      return 'another';
    },
    takeOut: (audience, person) => simulator.members(audience).delete(known(person)),
    faults: {
      busy: { reply: { status: 429 } },
      busyFor1s: { reply: { status: 429, headers: { 'retry-after': '1' } } },
      down: { reply: { status: 503, body: '<html>Service unavailable</html>' } },
    },
    refused: { key: UNSEEN, email: 'unseen@example.com' },
    refuseCredentials() {
      simulator.letIn('another secret');
      return { back: () => simulator.letIn(KEYS.secret) };
    },
  };
}
