/** Twenty realtime segments with windows of half an hour: what each `where:` says, by name. */
const WITHIN = 'within: 30m';

const one = (name, rest = '') => `{ did: ${name}, ${WITHIN}${rest} }`;
const without = (name) => `{ did_not: ${name}, ${WITHIN} }`;
const all = (...of) => `{ all: [${of.join(', ')}] }`;
const unfinished = (did, end) => `{ sequence: [{ did: ${did} }, { not: { did: ${end} } }], ${WITHIN} }`;

export const SEGMENTS = {
  viewers: one('product_viewed'),
  visitors: one('session_started'),
  carts: one('added_to_cart'),
  buyers: one('order_completed'),
  browse_abandoners: all(one('product_viewed'), without('added_to_cart')),
  cart_abandoners: unfinished('added_to_cart', 'order_completed'),
  visit_abandoners: unfinished('session_started', 'product_viewed'),
  keen_viewers: one('product_viewed', ', count: { gte: 2 }'),
  keen_visitors: one('session_started', ', count: { gte: 2 }'),
  full_carts: one('added_to_cart', ', sum: { of: amount, gte: 150 }'),
  full_baskets: one('order_completed', ', max: { of: amount, gte: 150 }'),
  small_carts: all(one('added_to_cart', ', max: { of: amount, lt: 20 }'), without('order_completed')),
  silent_buyers: all(one('order_completed'), without('session_started')),
  viewers_who_buy: `{ sequence: [{ did: product_viewed }, { did: order_completed, within: 20m }], ${WITHIN} }`,
  visit_then_cart: `{ sequence: [{ did: session_started }, { did: added_to_cart, within: 10m }], ${WITHIN} }`,
  german_viewers: all('{ trait: country, eq: DE }', one('product_viewed')),
  pro_carts: all('{ trait: plan, in: [pro, team] }', one('added_to_cart')),
  keen_points: all('{ trait: loyalty_points, gte: 700 }', one('session_started')),
  reachable_carts: all('{ trait: email_opt_in, eq: true }', unfinished('added_to_cart', 'order_completed')),
  viewers_not_buyers: all('{ segment: viewers }', '{ not: { segment: buyers } }'),
};
