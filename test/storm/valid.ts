/** A project whose files hold nearly every key there is: what the storm begins from. */

export const VALID: Readonly<Record<string, string>> = {
  'segsync.yaml': `version: 1
project: storm
timezone: Europe/Berlin
default_target: dev
vars:
  country: DE
targets:
  dev:
    type: duckdb
    path: shop.duckdb
state:
  schema: segsync
  retain: 60d
entities:
  customer:
    table: shop.customers
    key: customer_id
    cursor:
      column: updated_at
      overlap: 2m
    reconcile: 24h
    traits:
      score:
        table: ml.scores
        key: customer_id
        column: score
        cursor: scored_at
        duplicates: latest
    identifiers:
      email:
        trait: email
        kind: email
      phone:
        trait: phone
        kind: phone
        default_country: DE
    sources:
      events:
        table: shop.events
        split: name
        key: customer_id
        time: occurred_at
        cursor: ingested_at
        append_only: true
      refunds:
        table: shop.refunds
        where:
          kind: full
        key: customer_id
        time: created_at
        cursor: updated_at
        timezone: Europe/Berlin
tiers:
  realtime:
    every: 2s
    fresh_within: 10s
  nightly:
    every: 24h
    at: "03:00"
    fresh_within: 26h
guards:
  max_remove: 30%
  max_add: 50%
  min_guarded_size: 100
`,
  'segments/everything.yaml': `description: nearly every form there is
entity: customer
tier: hourly
tags: [a, b]
owner: growth
where:
  all:
    - trait: country
      eq: "\${var:country}"
    - trait: age
      gte: 18
    - trait: plan
      in: [pro, team]
    - trait: age
      between: [1, 99]
    - trait: born_on
      older_than: 30d
    - not:
        trait: email
        is_null: true
    - did: order_completed
      within: 30d
      count:
        gte: 2
    - did: order_completed
      where:
        amount:
          gte: 10
      sum:
        of: amount
        gte: 500
    - did_not: session_started
      within: 7d
    - has: refunds
      between:
        from: 14d
        to: 7d
    - measure:
        did: session_started
        within: 7d
      lt:
        times: 0.5
        measure:
          did: session_started
          previous:
            count: 3
            unit: month
    - any:
        - sequence:
            - did: added_to_cart
            - did: checkout_started
              within: 30m
            - not:
                did: order_completed
          within: 1d
        - share:
            of: holdout
            below: 10%
        - sql: "entity.age > 3"
        - segment: other
sync:
  - to: files
    audience: all_of_it
    mode: mirror
    match: [email]
    fields:
      mail: email
      n:
        value: 3
    consent:
      trait: opt_in
    tier: daily
    guards:
      max_remove: 10%
  - to: hook
    name: second
    mode: on_enter
    again_after: 7d
    backfill: true
`,
  'segments/other.yaml': `entity: customer
where:
  trait: age
  gt: 3
`,
  'destinations/files.yaml': `type: file
directory: out
format: csv
targets: [dev]
exclude: other
allow: [email]
defaults:
  match: [email]
`,
  'destinations/hook.yaml': `type: webhook
url: https://example.com/hook
batch_size: 100
concurrency: 2
rate: 50/s
timeout: 20s
headers:
  x-team: growth
`,
};
