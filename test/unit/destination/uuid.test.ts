import { expect, it } from 'vitest';
import { uuidOf } from '../../../src/destination/uuid.ts';

it('is a UUID of version 5, the same for the same text', () => {
  const uuid = uuidOf('a');
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidOf('a')).toBe(uuid);
  expect(uuidOf('b')).not.toBe(uuid);
});
