/** What docs/security.md tells receivers to do takes what a webhook sends, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { secretBytes, sign } from '../../../src/destination/webhook/signature.ts';
import { fencesOf } from '../../markdown.ts';
import { REPOSITORY } from '../../project-copy.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const SENT = 1_795_878_000;

test('the check of a signature', async () => {
  const page = readFileSync(join(REPOSITORY, 'docs/security.md'), 'utf8');
  const [example] = fencesOf(page).filter(({ language }) => language === 'javascript');
  const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(example!.text)}`);
  const headers = {
    'webhook-id': 'b1',
    'webhook-timestamp': String(SENT),
    'webhook-signature': sign(secretBytes(SECRET)!, 'b1', String(SENT), '{"a":1}'),
  };
  expect(isGenuine(headers, '{"a":1}', SECRET, SENT + 3)).toBe(true);
  const rotated = { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` };
  expect(isGenuine(rotated, '{"a":1}', SECRET, SENT + 3)).toBe(true);
  expect(isGenuine(headers, '{"a":2}', SECRET, SENT + 3)).toBe(false);
  expect(isGenuine({ ...headers, 'webhook-id': 'b2' }, '{"a":1}', SECRET, SENT + 3)).toBe(false);
  expect(isGenuine(headers, '{"a":1}', SECRET, SENT + 400)).toBe(false);
});
