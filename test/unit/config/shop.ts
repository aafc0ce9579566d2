/** A good project; tests replace its files. */
export const PROJECT = `version: 1
project: storefront
timezone: Europe/Berlin
default_target: dev
vars: { area: eu }
targets:
  dev: { type: duckdb, path: shop.duckdb }
  prod: { type: postgres, url: "\${env:DATABASE_URL}", vars: { area: us } }
entities:
  customer:
    table: shop.customers
    key: customer_id
    cursor: { column: updated_at, overlap: 2m }
    duplicates: latest
    traits:
      churn_score: { table: ml.churn_scores, key: customer_id, column: score, cursor: scored_at }
    identifiers:
      email: { trait: email, kind: email }
      phone: { trait: phone, kind: phone, default_country: DE }
    sources:
      events: { table: shop.events, split: name, key: customer_id, time: occurred_at, cursor: ingested_at, append_only: true }
      refunds: { table: shop.refunds, where: { kind: full }, key: customer_id, time: created_at }
      subscriptions: { table: data/subscriptions.csv, key: customer_id }
  account:
    query: |
      SELECT * FROM crm.accounts
    key: id
tiers:
  realtime: { every: 5s }
  nightly: { every: 24h, at: "02:30", fresh_within: 30h }
guards: { max_remove: 25%, min_guarded_size: 10 }
`;

export const SEGMENT = `description: Added to cart and did not order
entity: customer
tier: hourly
tags: [lifecycle]
owner: growth
where:
  all:
    - did: added_to_cart
      within: 30m
    - did_not: order_completed
      within: 30m
    - trait: email_opt_in
      eq: true
sync:
  - to: out
    match: [email]
    fields: { name: first_name, value: { trait: cart_value }, kind: { value: 7.50 } }
  - to: out
    name: again
    audience: "Again"
    tier: daily
    mode: add_only
    consent: { trait: region, in: [eu, uk] }
    guards: { max_add: 90% }
`;

export const DESTINATION = `type: file
directory: out/\${var:area}
defaults: { match: [phone], consent: { trait: ads_consent }, guards: { max_add: 60% } }
`;

export const SHOP = {
  'segsync.yaml': PROJECT,
  'segments/lifecycle/cart_abandoners.yaml': SEGMENT,
  'destinations/out.yaml': DESTINATION,
};

/** The shop with another condition, which begins in line 3, column 3, of `segments/lifecycle/cart_abandoners.yaml`. */
export const shopWhere = (text: string) => ({
  ...SHOP,
  'segments/lifecycle/cart_abandoners.yaml': `entity: customer\nwhere:\n${text.replace(/^/gm, '  ')}\n`,
});
