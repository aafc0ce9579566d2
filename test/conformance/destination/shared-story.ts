/** The story that every destination must live through which carries changes as they are; each joins by a harness. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FieldValue } from '../../../src/destination/destination.ts';
import { batch, change, type Harness, kindsOf } from './harness.ts';

const THIRTY_DIGITS = '123456789012345678901234567890';

const HOSTILE: Record<string, string> = {
  quotes: `"double" 'single' \`back\` ""`,
  breaks: 'one\ntwo\r\nthree\rfour\u2028five',
  emoji: '👩‍👩‍👧 Zoë 李雷',
  injection: `'); DROP TABLE x;-- {"errors":[{"index":0}]}`,
  backslashes: '\\ \\n \\u0000 \\"',
  controls: 'tab\tnul\u0000bell\u0007',
  commas: 'a,b;c|d',
  long: 'ä'.repeat(10_000),
  spaces: '  kept  ',
  empty: '',
};

/** Tells it of what `open` opens. */
export function tellOf(name: string, open: () => Promise<Harness>): void {
  describe(name, () => {
    let harness: Harness;
    beforeEach(async () => {
      harness = await open();
    });
    afterEach(() => harness.close());

    it('adds, updates and removes', async () => {
      const { session } = harness;
      await session.send(
        batch([
          change('add', '1', { email: 'a@x.test' }, { name: 'Ada' }),
          change('add', '2'),
          change('add', '3'),
        ]),
        {},
      );
      await session.send(
        batch([change('update', '2', { email: 'b@x.test' }, { name: null, vip: true })]),
        {},
      );
      await session.send(batch([change('remove', '3')]), {});
      expect(await harness.members('vip')).toEqual(
        new Map([
          ['1', { identifiers: { email: 'a@x.test' }, fields: { name: 'Ada' } }],
          ['2', { identifiers: { email: 'b@x.test' }, fields: { name: null, vip: true } }],
        ]),
      );
    });

    it('gives one receipt for each change', async () => {
      const outcome = await harness.session.send(batch([change('add', '1'), change('add', '2')]), {});
      expect(kindsOf(outcome)).toEqual(['delivered', 'delivered']);
    });

    it('has one effect when the same batch comes twice', async () => {
      const once = batch([change('add', '1', {}, { n: { number: '1' } }), change('add', '2')]);
      await harness.session.send(once, {});
      const before = await harness.members('vip');
      expect(kindsOf(await harness.session.send(once, {}))).toEqual(['delivered', 'delivered']);
      expect(await harness.members('vip')).toEqual(before);
      expect(before.size).toBe(2);
    });

    it('keeps audiences apart, whatever their names', async () => {
      const names = ['vip', 'VIP 2', '../escape', 'a/b', 'ümläut 🎈', 'x'.repeat(300), `${'x'.repeat(300)}y`];
      for (const [index, name] of names.entries()) {
        await harness.session.send(batch([change('add', `${index}`)], name), {});
      }
      for (const [index, name] of names.entries()) {
        expect([...(await harness.members(name)).keys()], name).toEqual([`${index}`]);
      }
    });

    it('carries hostile values unchanged, as keys, identifiers and fields', async () => {
      const changes = Object.values(HOSTILE).map((value) =>
        change('add', `key ${value}`, { [`name ${value}`]: value }, { [value]: value, other: value }),
      );
      expect(kindsOf(await harness.session.send(batch(changes), {}))).toEqual(changes.map(() => 'delivered'));
      const members = await harness.members('vip');
      expect(members.size).toBe(changes.length);
      for (const value of Object.values(HOSTILE)) {
        expect(members.get(`key ${value}`)).toEqual({
          identifiers: { [`name ${value}`]: value },
          fields: { [value]: value, other: value },
        });
      }
    });

    it('writes numbers with their exact text, and as a string what JSON cannot write', async () => {
      const numbers = [THIRTY_DIGITS, '-0.10', '1e400', '9007199254740993', '1.50'];
      const odd = ['NaN', 'Infinity', '007', '.5'];
      const fields: Record<string, FieldValue> = Object.fromEntries(
        [...numbers, ...odd].map((text) => [`f${text}`, { number: text }]),
      );
      await harness.session.send(batch([change('add', '1', {}, fields)]), {});
      const raw = (await harness.raw()).replaceAll('""', '"');
      for (const text of numbers) expect(raw).toContain(`"f${text}":${text}`);
      for (const text of odd) expect(raw).toContain(`"f${text}":"${text}"`);
    });

    it('names when it was caused, to the microsecond', async () => {
      await harness.session.send(batch([change('add', '1')]), {});
      expect(await harness.raw()).toContain('2026-11-22T09:59:58.123456Z');
    });

    it('counts at least the bytes that a change takes', async () => {
      const changes = [...Object.values(HOSTILE)].map((value) =>
        change('add', value, { v: value }, { v: value }),
      );
      const { session } = harness;
      await session.send(batch(changes.slice(0, 1)), {});
      const before = Buffer.byteLength(await harness.raw());
      await session.send(batch(changes), {});
      const grown = Buffer.byteLength(await harness.raw()) - before;
      const counted = changes.reduce((sum, each) => sum + session.sizeOf(each, { segment: 'vip' }), 0);
      const ROOM_FOR_ENVELOPE = 400;
      expect(counted).toBeGreaterThanOrEqual(grown - ROOM_FOR_ENVELOPE);
      expect(counted).toBeLessThan(grown + ROOM_FOR_ENVELOPE);
    });

    it('finds an audience without touching anything', async () => {
      const { session } = harness;
      const dry = await session.ensureAudience({ name: 'vip', dryRun: true });
      expect(await session.ensureAudience({ name: 'vip', dryRun: false })).toBe(dry);
      expect(await session.ensureAudience({ name: 'other', dryRun: true })).not.toBe(dry);
      expect(await harness.raw()).toBe('');
    });

    it('proves that it can be reached', async () => {
      await harness.session.check();
      expect([...(await harness.members('vip')).keys()]).toEqual([]);
    });

    it('has limits that a sender can keep', () => {
      const { limits } = harness.session;
      for (const limit of [limits.batchRows, limits.batchBytes, limits.concurrency]) {
        expect(Number.isInteger(limit) && limit > 0).toBe(true);
      }
    });

    it('passes identifiers through exactly', () => {
      expect(harness.session.identifier('email', ' Ada@X.test ', {})).toBe(' Ada@X.test ');
    });
  });
}
