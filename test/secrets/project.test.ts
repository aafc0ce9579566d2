/** Files that are broken around a secret: what is shown of them does not show it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { build, folderOf, SHOP, segsync } from '../cli/segsync.ts';
import { expectClean, SECRETS } from './needles.ts';

beforeAll(build);

const { signing, token, password } = SECRETS;

/** A destination's file; each is wrong somewhere near a secret. */
const BROKEN: Readonly<Record<string, string>> = {
  'a bracket is open': `type: webhook\nsecret: [${signing}\nurl: x\n`,
  'a quote is open': `type: webhook\nsecret: "${signing}\nurl: x\n`,
  'an alias has no anchor': `type: webhook\nurl: http://x.test\nsecret: *${token}\n`,
  'an anchor stands alone': `type: webhook\nurl: http://x.test\nsecret: &${token}\n  - a: b: c\n`,
  'a tag is unknown': `type: webhook\nurl: http://x.test\nsecret: !${token} x\n`,
  'a colon is in the text': `type: webhook\nsecret: ${token}: x\nurl: y\n`,
  'a key stands twice': `type: webhook\nsecret: ${signing}\nsecret: ${signing}\n`,
  'a tab indents': `type: webhook\nheaders:\n\tX-Custom: ${token}\n`,
  'a key is unknown below a header': `type: webhook\nurl: http://x.test\nheaders:\n  X-Custom: ${token}\nnonsense: 1\n`,
  'a key is unknown below headers in one line': `type: webhook\nurl: http://x.test\nheaders: { A: b, X-Custom: ${token} }\nnonsense: 1\n`,
  'a key is unknown below headers in brackets': `type: webhook\nurl: http://x.test\nheaders: {\n  A: b, X-Custom: ${token},\n  Other: "${password}" }\nnonsense: 1\n`,
  'a key is unknown below a folded secret': `type: webhook\nurl: http://x.test\nsecret: >-\n  ${password}\nnonsense: 1\n`,
  'a header is a list': `type: webhook\nurl: http://x.test\nheaders:\n  - ${token}\n  - X-Custom: ${password}\n`,
  'a header has an odd name': `type: webhook\nurl: http://x.test\nheaders:\n  "X Custom": ${token}\n`,
  'a secret is a number': `type: webhook\nurl: http://x.test\nsecret: ${token}\n`,
  'a secret is a mapping': `type: webhook\nurl: http://x.test\nsecret: { value: ${password} }\n`,
  'a password stands in the address': `type: webhook\nurl: http://shop:${password}@x.test\n`,
  'a secret stands where a name should': `type: webhook\nurl: http://x.test\nheaders: ${token}\n`,
};

describe('a destination’s file is broken', () => {
  it.each(Object.keys(BROKEN))('%s', async (name) => {
    await using folder = await folderOf({ ...SHOP, 'destinations/hook.yaml': BROKEN[name]! });
    for (const args of [['validate'], ['validate', '--json'], ['run', '--verbose'], ['plan']]) {
      const { stdout, stderr, exit } = await segsync(folder.path, args, { GITHUB_ACTIONS: 'true' });
      expect(exit, stdout + stderr).toBe(78);
      expect(stdout + stderr).toContain('hook.yaml');
      expectClean({ stdout, stderr });
    }
  });
});

describe('a value of the environment does not fit', () => {
  const hook = (lines: string): Record<string, string> => ({
    ...SHOP,
    'destinations/hook.yaml': `type: webhook\n${lines}`,
  });
  it.each([
    ['a secret', `url: http://x.test\nsecret: "\${env:VALUE}"\n`, token],
    ['a header', `url: http://x.test\nheaders: { A: "\${env:VALUE}" }\n`, `${token}\u00e9`],
    ['an address', `url: "\${env:VALUE}"\n`, `htp://x.test/${token}`],
    ['a time limit', `url: http://x.test\ntimeout: "\${env:VALUE}"\n`, token],
    ['a rate', `url: http://x.test\nrate: "\${env:VALUE}"\n`, token],
    ['a number', `url: http://x.test\nbatch_size: "\${env:VALUE}"\n`, token],
  ])('%s', async (_, lines, value) => {
    await using folder = await folderOf(hook(lines));
    for (const args of [['validate'], ['validate', '--json'], ['plan', '--verbose']]) {
      const { stdout, stderr, exit } = await segsync(folder.path, args, { VALUE: value });
      expect(exit, stdout + stderr).toBe(78);
      expectClean({ stdout, stderr });
    }
  });
});

it('a line of .env is none', async () => {
  await using folder = await folderOf({ ...SHOP, '.env': `A=b\n${token}\nB="${password}\n` });
  const { stdout, stderr, exit } = await segsync(folder.path, ['validate']);
  expect(exit, stdout + stderr).toBe(78);
  expect(stderr).toMatch(/E130/);
  expectClean({ stdout, stderr });
});
