/** A list that never ends is an error: the audience that was looked for must not be taken for missing, and made again. */
import { expect, test } from 'vitest';
import { findAudiences } from '../../../src/destination/tiktok/audiences.ts';

function listOf(pages: number) {
  return async ({ path }: { path: string }) => {
    const page = Number(new URL(path, 'http://x').searchParams.get('page'));
    return { list: [{ audience_id: String(page), name: `a${page}` }], page_info: { total_page: pages } };
  };
}

test('all pages are read, to the last', async () => {
  expect(await findAudiences(listOf(500), '1', 'a500', 'ads')).toMatchObject([{ audience_id: '500' }]);
});

test('past the last that is read', async () => {
  await expect(findAudiences(listOf(501), '1', 'a501', 'ads')).rejects.toMatchObject({
    diagnostics: [{ code: 'E404' }],
  });
});
