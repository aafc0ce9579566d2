/** Twenty segments such as a shop has: what each `where:` says, by name. */
export const SEGMENTS = {
  // Minutes and hours.
  browse_abandoners: `
  all:
    - { did: product_viewed, within: 30m }
    - { did_not: added_to_cart, within: 30m }`,
  cart_abandoners: `
  all:
    - { did: added_to_cart, within: 30m }
    - { did_not: order_completed, within: 30m }
    - { trait: email_opt_in, eq: true }`,
  full_carts: `
  { did: added_to_cart, within: 2h, sum: { of: amount, gte: 200 } }`,
  active_today: `
  { did: session_started, within: 24h }`,

  // Days and weeks.
  recent_converters: `
  { did: order_completed, within: 14d }`,
  keen_viewers: `
  all:
    - { did: product_viewed, within: 7d, count: { gte: 2 } }
    - not: { segment: recent_converters }`,
  retargeting: `
  all:
    - { did: product_viewed, within: 14d }
    - { trait: email_opt_in, eq: true }
    - not: { segment: recent_converters }
    - not: { segment: holdout }`,
  repeat_buyers: `
  { did: order_completed, within: 30d, count: { gte: 2 } }`,
  window_shoppers: `
  all:
    - { did: product_viewed, within: 30d, count: { gte: 3 } }
    - { did_not: order_completed, within: 30d }`,
  full_baskets: `
  { did: order_completed, within: 90d, avg: { of: amount, gte: 120 } }`,
  big_spenders: `
  { did: order_completed, within: 90d, sum: { of: amount, gte: 250 } }`,
  slipping_away: `
  all:
    - { did: session_started, between: { from: 60d, to: 30d } }
    - { did_not: session_started, within: 30d }`,

  // Lifetime, absence.
  vip: `
  { did: order_completed, sum: { of: amount, gte: 1000 } }`,
  lapsed: `
  all:
    - { did: order_completed }
    - { did_not: session_started, within: 60d }`,
  never_ordered: `
  all:
    - { did_not: order_completed }
    - { trait: country, in: [DE, AT, CH] }`,

  // Traits and scores.
  gold: `
  { trait: loyalty_points, gte: 750 }`,
  german_pros: `
  all:
    - { trait: country, eq: DE }
    - { trait: plan, in: [pro, team] }`,
  new_without_order: `
  all:
    - { trait: created_at, within: 30d }
    - { did_not: order_completed, within: 30d }`,
  churn_risk: `
  all:
    - { trait: churn_score, gte: 0.7 }
    - { did: order_completed, within: 90d, sum: { of: amount, gte: 150 } }
    - { did_not: session_started, within: 14d }`,
  holdout: `
  share: { of: advertising, below: 10% }`,
};
