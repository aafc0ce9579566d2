/** What segments say about the small shop that some warehouses make by themselves. */
import type { NewEntity } from './entity.ts';
import type { NewSegment } from './segments.ts';

export const SHOP_ENTITY: NewEntity = {
  name: 'customer',
  table: 'shop.customers',
  key: { value: 'customer_id' },
  cursor: { value: 'updated_at' },
  identifiers: [
    { name: 'email', trait: 'email', kind: 'email' },
    { name: 'external_id', trait: 'customer_id', kind: 'external_id' },
  ],
  sources: [
    {
      name: 'orders',
      table: 'shop.orders',
      key: { value: 'customer_id' },
      cursor: { value: 'ordered_at' },
      time: { value: 'ordered_at' },
      appendOnly: true,
    },
  ],
};

export function shopSegments(destination: string): NewSegment[] {
  const sync = [{ to: destination, match: ['email'], fields: { first_name: 'first_name' } }];
  const paid = { status: 'paid' };
  return [
    {
      name: 'recent_buyers',
      description: 'Paid for an order in the last 30 days',
      entity: 'customer',
      tier: 'hourly',
      where: { did: 'orders', where: paid, within: '30d' },
      sync,
    },
    {
      name: 'lapsed_buyers',
      description: 'Spent 150 or more, nothing of it in the last 60 days, and agreed to mail',
      entity: 'customer',
      tier: 'daily',
      where: {
        all: [
          { did: 'orders', where: paid, sum: { of: 'total', gte: 150 } },
          { did_not: 'orders', where: paid, within: '60d' },
          { trait: 'email_opt_in', eq: true },
        ],
      },
      sync,
    },
  ];
}
