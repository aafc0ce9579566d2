/**
 * TikTok's Business API as documented: Custom Audiences of one ad account. Failures are codes, mostly inside HTTP 200,
 * and about a whole call. A removal by other identifiers than the add has no effect.
 */
import { createHash } from 'node:crypto';
import { type Call, type Fault, type Reply, type Simulator, startSimulator } from './simulator.ts';
import type { Person, Vendor } from './vendor.ts';

export const ADVERTISER = '7012345678901234567';
export const TOKEN = 'f00d-a-long-lived-access-token';
const MOST = 1_000;
/** For this address a whole call is refused. */
const BROKEN = 'broken@example.com';
const SCHEMA = ['EMAIL_SHA256', 'PHONE_SHA256'];

interface Audience {
  readonly rows: Set<string>;
  /** As the API tells it. */
  readonly told: Record<string, unknown>;
}

export interface TiktokSimulator extends Simulator {
  /** Rows as `EMAIL_SHA256=hash&...`. */
  members(name: string): Set<string>;
  /** Somebody else makes an audience; its id. */
  make(name: string, told?: Record<string, unknown>): string;
  count(): number;
  letIn(token: string): void;
}

export async function startTiktok(): Promise<TiktokSimulator> {
  const audiences = new Map<string, Audience>();
  let expected = TOKEN;
  let made = 0;

  function make(name: string, told: Record<string, unknown> = {}): string {
    // Beyond what a double holds.
    const audience_id = `90071992547409${930 + made++}`;
    const known = {
      audience_id,
      name,
      is_valid: false,
      is_expiring: false,
      expired_time: '2199-01-01 00:00:00',
    };
    audiences.set(audience_id, { rows: new Set(), told: { ...known, ...told } });
    return audience_id;
  }

  function answer(call: Call): Reply {
    if (call.headers['access-token'] !== expected)
      return coded(40105, 'Access token is incorrect or has been revoked.');
    switch (`${call.method} ${call.path}`) {
      case 'GET /open_api/v1.3/dmp/custom_audience/list/':
        return listed(call.query);
      case 'POST /open_api/v1.3/segment/audience/':
        return created(JSON.parse(call.body));
      case 'POST /open_api/v1.3/segment/mapping/':
        return mapped(JSON.parse(call.body));
      default:
        return { status: 404, body: '404 page not found' };
    }
  }

  /** In pages of two at most, so that few audiences make several. */
  function listed(query: URLSearchParams): Reply {
    const [page, asked] = [Number(query.get('page')), Number(query.get('page_size'))];
    if ([...query.keys()].sort().join() !== 'advertiser_id,page,page_size')
      return coded(40002, 'unknown parameter');
    if (query.get('advertiser_id') !== ADVERTISER)
      return coded(40001, 'No permission to operate the advertiser');
    if (!(page >= 1 && asked >= 1 && asked <= 100)) return coded(40002, 'page_size');
    const page_size = Math.min(2, asked);
    const list = [...audiences.values()]
      .slice((page - 1) * page_size, page * page_size)
      .map(({ told }) => told);
    const total_page = Math.ceil(audiences.size / page_size);
    return coded(0, 'OK', { list, page_info: { page, page_size, total_page, total_number: audiences.size } });
  }

  function created({ advertiser_id, custom_audience_name, action, ...rest }: Record<string, unknown>): Reply {
    const isGood =
      typeof custom_audience_name === 'string' && custom_audience_name !== '' && action === 'create';
    if (!isGood || advertiser_id !== ADVERTISER || Object.keys(rest).length > 0)
      return coded(40002, 'parameter');
    return coded(0, 'OK', { audience_id: make(custom_audience_name) });
  }

  function mapped(body: Record<string, unknown>): Reply {
    const { advertiser_ids, action, id_schema, batch_data, ...rest } = body;
    const [schema, rows] = [id_schema as string[], batch_data as Record<string, unknown>[][]];
    if (Object.keys(rest).length > 0 || JSON.stringify(advertiser_ids) !== `["${ADVERTISER}"]`)
      return coded(40002, 'advertiser_ids');
    if (
      !/^(add|delete)$/.test(String(action)) ||
      !schema?.length ||
      schema.some((name) => !SCHEMA.includes(name))
    )
      return coded(40002, 'id_schema');
    if (!rows?.length || rows.length > MOST) return coded(40002, 'batch_data');
    const texts = rows.map((row) => rowOf(schema, row));
    const gone = texts.some((text) => text && !audiences.has(text.audience));
    if (gone || texts.includes(undefined)) return coded(40002, `wrong: ${JSON.stringify(rows)}`);
    for (const { audience, text } of texts as { audience: string; text: string }[]) {
      if (action === 'add') audiences.get(audience)!.rows.add(text);
      else audiences.get(audience)!.rows.delete(text);
    }
    return coded(0, 'OK', {});
  }

  const byName = (name: string) => [...audiences.values()].find(({ told }) => told.name === name);
  const simulator = await startSimulator(answer, ({ path }) => path.endsWith('/segment/mapping/'));
  return {
    ...simulator,
    make,
    members: (name) => byName(name)?.rows ?? new Set<string>(),
    count: () => audiences.size,
    letIn(token) {
      expected = token;
    },
  };
}

/** One row and its audience; undefined where it is wrong. Cells stand in the schema's order, empty where one is missing. */
function rowOf(schema: readonly string[], row: readonly Record<string, unknown>[]) {
  if (row.length !== schema.length) return undefined;
  const cells = row.flatMap((cell, index) =>
    Object.keys(cell).length > 0 ? [{ ...cell, name: schema[index] }] : [],
  );
  const found = new Set<string>();
  for (const { id, audience_ids, name, ...rest } of cells as Record<string, unknown>[]) {
    const [audience, other] = (audience_ids ?? []) as string[];
    if (Object.keys(rest).length > 0 || typeof audience !== 'string' || other) return undefined;
    if (!/^[0-9a-f]{64}$/.test(String(id)) || id === hashed(BROKEN)) return undefined;
    found.add(audience);
  }
  const [audience] = found;
  if (found.size !== 1) return undefined;
  return {
    audience: audience!,
    text: cells.map(({ name, id }: Record<string, unknown>) => `${name}=${id}`).join('&'),
  };
}

function coded(code: number, message: string, data: unknown = {}): Reply {
  return { status: 200, body: { code, message, request_id: '2026', data } };
}

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The vendor as the shared story needs it. */
export async function openTiktok(): Promise<Vendor> {
  const known = ({ email, phone }: Person): string =>
    [
      ...(email ? [`EMAIL_SHA256=${hashed(email.trim().toLowerCase().replace(/\+.*@/, '@'))}`] : []),
      ...(phone ? [`PHONE_SHA256=${hashed(phone.replace(/[^\d+]/g, ''))}`] : []),
    ].join('&');
  const simulator = await startTiktok();
  simulator.make('another');
  simulator.make('a third');
  const busy = coded(40100, 'Too many requests');
  return {
    simulator,
    file: `type: tiktok
targets: [test]
advertiser_id: "${ADVERTISER}"
access_token: "\${env:TIKTOK_TOKEN}"
base_url: ${simulator.url}
allow_private_address: true
batch_size: 3
rate: 1000/s
`,
    environment: { TIKTOK_TOKEN: TOKEN },
    match: ['email', 'phone'],
    known,
    members: simulator.members,
    addForeign(audience) {
      const row = `EMAIL_SHA256=${hashed('somebody@else.example')}`;
      simulator.members(audience).add(row);
      return row;
    },
    takeOut: (audience, person) => simulator.members(audience).delete(known(person)),
    faults: {
      busy: { reply: busy },
      busyFor1s: { reply: { ...busy, status: 429, headers: { 'retry-after': '1' } } } satisfies Fault,
      down: { reply: { status: 502, body: '<html>Bad gateway</html>' } },
    },
    refusesWhole: { key: '99', email: BROKEN },
    refuseCredentials() {
      simulator.letIn('another token');
      return { back: () => simulator.letIn(TOKEN) };
    },
  };
}
