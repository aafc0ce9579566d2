/** An open HTTP destination. */
import { createHash } from 'node:crypto';
import { fail } from '../../diagnostics/diagnostic.ts';
import { type ApiAnswer, openApi } from '../api.ts';
import { limitsOf } from '../call.ts';
import type { Batch, DestinationSession, OpenContext } from '../destination.ts';
import { sent, unreachable } from '../failures.ts';
import { outcomeOf, refusesCredentials } from './answer.ts';
import { ensureAudience } from './audience.ts';
import { withAuth } from './auth.ts';
import { identifierOf } from './identifiers.ts';
import { pollJob } from './job.ts';
import type { AnswerRules, HttpSettings, RequestTemplate } from './options.ts';
import { bytesOf, headersOf, requestOf, templateOf } from './request.ts';
import { unsendable } from './sendable.ts';

/** A session on one API. Opens no connection. */
export function openSession(context: OpenContext, settings: HttpSettings): DestinationSession {
  const { world, name: destination } = context;
  const { base, credentials, requests } = settings;
  const nobody = headersOf(settings.headers, () => undefined);
  const api = withAuth(openApi(world, settings, nobody), { ...settings, world, destination });
  const secrets = Object.values(credentials).filter((text) => text !== undefined);
  const judge = (rules: AnswerRules) => (answer: ApiAnswer) => {
    if (refusesCredentials(answer, rules)) refused(destination, answer.status);
  };
  const usual = settings.answer ?? {};
  const template = (batch: Batch): RequestTemplate =>
    templateOf(batch, settings) ?? lacking(destination, batch);
  const { job } = settings;
  return {
    limits: limitsOf(settings, settings.batchBytes),
    async check() {
      const path = settings.checkPath ?? settings.audience?.find.path.split('?')[0] ?? '/';
      const answer = await api({ method: 'GET', path }).catch((error: unknown) =>
        unreachable(destination, error),
      );
      judge(usual)(answer);
      // Without a path that is meant for it, all that can be told is that somebody answers.
      const isWrong = settings.checkPath !== undefined && (answer.status < 200 || answer.status >= 300);
      if (isWrong || answer.status >= 500)
        fail('E404', { destination, detail: `it answers HTTP ${answer.status}` });
    },
    async ensureAudience({ name, dryRun }) {
      const finder = { api, destination, settings, judge: judge(usual) };
      if (settings.audience) return ensureAudience(finder, settings.audience, { name, dryRun });
      return `${name}@${addressRef(base)}`;
    },
    identifier: (kind, value, { defaultCountry }) =>
      identifierOf(settings.identifiers[kind], kind, value, defaultCountry),
    example(batch) {
      const { method, path, text } = requestOf(batch, template(batch), settings, world.clock.now());
      return { to: `${method} ${base}${path}`, body: text === undefined ? '' : shown(text.body) };
    },
    sizeOf: (change) => bytesOf(change, change.op === 'remove' ? requests.remove : requests.add),
    async send(batch, { signal }) {
      const request = template(batch);
      const rules = request.answer ?? usual;
      const bad = unsendable(batch, request, settings);
      if (bad) return bad;
      return sent(destination, batch, async () => {
        const answer = await api({ ...requestOf(batch, request, settings, world.clock.now()), signal });
        judge(rules)(answer);
        return outcomeOf(batch, answer, { rules, now: world.clock.now(), secrets });
      });
    },
    ...(job
      ? { poll: (id, of) => pollJob({ api, template: job, secrets, judge: judge(usual) }, id, of) }
      : {}),
    async close() {},
  };
}

function shown(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function refused(destination: string, status: number): never {
  return fail('E406', { destination, detail: `HTTP ${status}`, hint: 'check `auth` and `credentials`' });
}

function lacking(destination: string, { op, events }: Batch): never {
  const name = events ? 'event' : op;
  return fail('E407', {
    destination,
    detail: `it has no request \`${name}:\``,
    hint: events ? 'add it, or give the sync another `mode`' : 'add it to the destination’s file',
  });
}

/** Names the API without its path, which may hold a token: host, and a hash of the whole. */
function addressRef(base: string): string {
  const host = URL.canParse(base) ? new URL(base).host : 'unset';
  return `${host}/${createHash('sha256').update(base).digest('hex').slice(0, 16)}`;
}
