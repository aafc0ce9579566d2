/** Whatever goes wrong at the other side, and whatever it repeats of what it was sent: nothing of it is told. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { openRig, type Rig } from '../chaos/rig.ts';
import { build } from '../cli/segsync.ts';
import { engines } from '../engines.ts';
import type { Fault, ReceivedBody } from '../webhook-receiver.ts';
import { leakyFiles, PEOPLE_SQL, tellAll } from './leaky.ts';
import { expectClean, foundIn, PEOPLE, SECRETS } from './needles.ts';

const duckdb = engines.find(({ name }) => name === 'duckdb')!;

beforeAll(build);

/** All that the sender said, thrown back at it. */
const echo = (body: string): string =>
  `{"message": "bad: ${SECRETS.token} ${SECRETS.path}", "request": ${body}}`;

const rowErrors = (message: (index: number) => string, code = 'bad_row'): ((body: string) => Fault) => {
  return (body) => {
    const { data } = JSON.parse(body) as ReceivedBody;
    return { errors: data.changes.map((_, index) => ({ index, code, message: message(index) })) };
  };
};

const person = (index: number) => PEOPLE[index % PEOPLE.length]!;

interface Case {
  readonly fault: (body: string) => Fault;
  readonly exit: number;
  readonly says: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  'the credentials are refused': {
    fault: (body) => ({ status: 401, body: echo(body) }),
    exit: 77,
    says: /E401/,
  },
  'the address is unknown': { fault: (body) => ({ status: 404, body: echo(body) }), exit: 1, says: /E405/ },
  'it answers with a redirect': {
    fault: (body) => ({
      status: 302,
      headers: { location: `http://x.test/${SECRETS.token}/${PEOPLE[0]!.email}` },
      body: echo(body),
    }),
    exit: 1,
    says: /E403/,
  },
  'the request is refused whole': {
    fault: (body) => ({ status: 400, body: echo(body) }),
    exit: 0,
    says: /HTTP 400/,
  },
  'it fails': { fault: (body) => ({ status: 500, body: echo(body) }), exit: 75, says: /E454.*HTTP 500/ },
  'it is too busy': {
    fault: (body) => ({ status: 429, headers: { 'retry-after': '60' }, body: echo(body) }),
    exit: 75,
    says: /E454.*429/,
  },
  'a gateway fails with a page': {
    fault: (body) => ({ status: 502, headers: { 'content-type': 'text/html' }, body: `<html>${echo(body)}` }),
    exit: 75,
    says: /E454.*HTTP 502/,
  },
  'it does not answer in time': {
    fault: () => ({ delayMs: 1_500 }),
    exit: 75,
    says: /E454.*no answer came/,
  },
  'it hangs up': { fault: () => ({ drop: 'before' }), exit: 75, says: /E454.*closed before/ },
  'it hangs up in the middle of its answer': { fault: () => ({ drop: 'during' }), exit: 75, says: /E454/ },
  'it answers with something else': {
    fault: (body) => ({ headers: { 'content-type': 'text/html' }, body: `<html>${echo(body)}` }),
    exit: 0,
    says: /delivered/,
  },
  'it names rows by their address': {
    fault: rowErrors((index) => `${person(index).email} is suppressed`),
    exit: 0,
    says: /bad_row/,
  },
  'it names rows by their key': {
    fault: rowErrors((index) => `no such customer: ${person(index).key}`),
    exit: 0,
    says: /bad_row/,
  },
  'it names rows by a part of a name': {
    fault: rowErrors((index) => `Ms ${person(index).name.split(' ')[1]!.toUpperCase()} has moved`),
    exit: 0,
    says: /bad_row/,
  },
  'it names rows by their phone, otherwise written': {
    fault: rowErrors((index) => `call ${person(index).phone.replace(/^\+49(\d{3})/, '0049 $1 ')}`),
    exit: 0,
    says: /bad_row/,
  },
  'it names rows by a hash': {
    fault: rowErrors((index) => `unknown hash ${sha256(person(index).email)}`),
    exit: 0,
    says: /bad_row/,
  },
  'it has an address for a code': {
    fault: rowErrors(() => 'no', PEOPLE[0]!.email),
    exit: 0,
    says: /row_error/,
  },
  'it repeats the token for a row': {
    fault: rowErrors(() => `token ${SECRETS.token} may not add members`),
    exit: 0,
    says: /bad_row/,
  },
  'it repeats what signs the requests': {
    fault: rowErrors(() => `signature by ${SECRETS.signing} refused`),
    exit: 0,
    says: /bad_row/,
  },
  'it repeats its own address': {
    fault: rowErrors(() => `POST /hook?capability=${SECRETS.path}: no`),
    exit: 0,
    says: /bad_row/,
  },
};

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe.concurrent('nothing is told when', () => {
  it.each(Object.keys(CASES))('%s', { timeout: 120_000 }, async (name) => {
    const { fault, exit, says } = CASES[name]!;
    await withRig(async (rig) => {
      rig.receiver.always(({ body }) => fault(body));
      const { ended, told } = await tellAll(rig);
      expect(ended.exit, ended.stderr).toBe(exit);
      expect(ended.stdout + ended.stderr + told.rejections).toMatch(says);
      expectClean(told);
      // What is kept back was there to be told.
      expect(foundIn(rig.receiver.requests.map(({ body }) => body).join())).not.toEqual([]);
      if (exit === 75) return;
      const json = await tellAll(rig, ['run', '--all', '--full', '--json']);
      expectClean(json.told);
      expect(JSON.parse(json.ended.stdout)).toHaveProperty('syncs');
    });
  });

  it('nobody listens', { timeout: 120_000 }, () =>
    withRig(async (rig) => {
      await rig.receiver.close();
      const { ended, told } = await tellAll(rig, ['run', '--all', '--json']);
      expect(ended.exit, ended.stderr).toBe(75);
      expect(ended.stdout).toMatch(/E454.*refused/s);
      expectClean(told);
    }),
  );

  it('all of many rows are refused for a reason that names them', { timeout: 120_000 }, () =>
    withRig(async (rig) => {
      await rig.change([
        `INSERT INTO shop.customers SELECT 'K-' || n, 'zwicky.' || n || '@leaky.example', NULL, 'Ottoline', TRUE, now() FROM generate_series(1, 40) AS t(n)`,
      ]);
      rig.receiver.always(({ body }) =>
        rowErrors((index) => `zwicky.${index}@leaky.example: ${SECRETS.token}`)(body),
      );
      const { ended, told } = await tellAll(rig);
      expect(ended.exit, ended.stderr).toBe(1);
      expect(ended.stderr).toMatch(/E456/);
      expectClean(told);
    }),
  );

  it('a guard holds', { timeout: 120_000 }, () =>
    withRig(async (rig) => {
      await tellAll(rig);
      await rig.change(['UPDATE shop.customers SET active = FALSE, updated_at = now()']);
      const { ended, told } = await tellAll(rig);
      expect(ended.exit, ended.stderr).toBe(3);
      expect(told.syncs).toMatch(/max_remove/);
      expectClean(told);
    }),
  );
});

async function withRig(work: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await openRig(duckdb, leakyFiles);
  try {
    await rig.change(PEOPLE_SQL);
    await work(rig);
  } finally {
    await rig.drop();
  }
}
