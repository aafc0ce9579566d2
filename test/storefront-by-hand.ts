/** The quick start's segments and syncs once more, as plain SQL written by hand, against which the product is held. */

/** Keys that should be in each segment; `:T` stands for the tick's instant. */
export const MEMBERS: Readonly<Record<string, string>> = {
  browse_abandoners: `
    SELECT customer_id FROM shop.customers WHERE customer_id IN (${whoDid('product_viewed', '30 MINUTES')})
      AND customer_id NOT IN (${whoDid('added_to_cart', '30 MINUTES')})`,
  cart_abandoners: `
    SELECT customer_id FROM shop.customers WHERE EXISTS (
      SELECT 1 FROM shop.events AS cart
      WHERE cart.customer_id = customers.customer_id AND cart.name = 'added_to_cart'
        AND cart.occurred_at > :T - INTERVAL 30 MINUTES AND cart.occurred_at <= :T
        AND NOT EXISTS (
          SELECT 1 FROM shop.events AS bought
          WHERE bought.customer_id = cart.customer_id AND bought.name = 'order_completed'
            AND bought.occurred_at > cart.occurred_at AND bought.occurred_at <= :T))`,
  recent_converters: `
    SELECT customer_id FROM shop.customers WHERE customer_id IN (${whoDid('order_completed', '336 HOURS')})`,
  gold_tier: 'SELECT customer_id FROM shop.customers WHERE loyalty_points >= 750',
  high_value_churn_risk: `
    SELECT customer_id FROM shop.customers JOIN ml.churn_scores USING (customer_id)
    WHERE score >= 0.7
      AND (lifetime_value >= 300 OR customer_id IN (
        SELECT customer_id FROM shop.orders
        WHERE status IN ('shipped', 'delivered') AND placed_at > :T - INTERVAL 2160 HOURS AND placed_at <= :T
        GROUP BY customer_id HAVING sum(total) >= 200))
      AND customer_id NOT IN (${whoDid('session_started', '336 HOURS')})
      AND customer_id NOT IN (
        SELECT customer_id FROM shop.tickets WHERE status = 'open' AND priority IN ('high', 'urgent'))`,
  retargeting: `
    SELECT customer_id FROM shop.customers WHERE customer_id IN (${whoDid('product_viewed', '168 HOURS')})
      AND customer_id NOT IN (${whoDid('order_completed', '336 HOURS')})
      AND NOT ${inShare('advertising', 10)}`,
  renewals_at_risk: `
    SELECT customer_id FROM shop.customers
    WHERE customer_id IN (
        SELECT customer_id FROM shop.subscriptions
        WHERE status = 'active' AND renews_at > :T AND renews_at <= :T + INTERVAL 168 HOURS)
      AND customer_id NOT IN (${whoDid('session_started', '720 HOURS')})`,
  holdout: `SELECT customer_id FROM shop.customers WHERE ${inShare('advertising', 10)}`,
};

export interface ExpectedSync {
  readonly segment: string;
  /** The file that the destination appends to, below the project. */
  readonly file: string;
  /** A boolean column of shop.customers. */
  readonly consent: string;
  /** Identifier -> SQL over shop.customers and ml.churn_scores; NULL is not sent. */
  readonly identifiers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

const ADS = { consent: 'ads_consent', identifiers: { email: 'email', phone: 'phone' } };
const CRM = { consent: 'email_opt_in', identifiers: { external_id: 'customer_id', email: 'email' } };
const FIRST_NAME = { first_name: 'first_name' };

export const SYNCS: readonly ExpectedSync[] = [
  { segment: 'recent_converters', file: '.segsync/out/ads/recent_converters.ndjson', ...ADS, fields: {} },
  { segment: 'retargeting', file: '.segsync/out/ads/retargeting.ndjson', ...ADS, fields: {} },
  {
    segment: 'browse_abandoners',
    file: '.segsync/out/crm/browse_abandoners.csv',
    ...CRM,
    fields: FIRST_NAME,
  },
  {
    segment: 'cart_abandoners',
    file: '.segsync/out/crm/cart_abandoners.csv',
    ...CRM,
    fields: { ...FIRST_NAME, country: 'country' },
  },
  {
    segment: 'cart_abandoners',
    file: '.segsync/out/sms/cart_abandoners.ndjson',
    consent: 'sms_opt_in',
    identifiers: { phone: 'phone' },
    fields: {},
  },
  {
    segment: 'gold_tier',
    file: '.segsync/out/crm/gold_tier.csv',
    ...CRM,
    fields: { ...FIRST_NAME, points: 'loyalty_points', member_of: "'gold'" },
  },
  {
    segment: 'high_value_churn_risk',
    file: '.segsync/out/crm/high_value_churn_risk.csv',
    ...CRM,
    fields: { ...FIRST_NAME, lifetime_value: 'lifetime_value', churn_score: 'score' },
  },
  { segment: 'renewals_at_risk', file: '.segsync/out/crm/renewals_at_risk.csv', ...CRM, fields: FIRST_NAME },
];

/** Who did `event` in the time before `:T`. */
function whoDid(event: string, length: string): string {
  return `SELECT customer_id FROM shop.events
    WHERE name = '${event}' AND occurred_at > :T - INTERVAL ${length} AND occurred_at <= :T`;
}

/** The published hash: the first seven hexadecimal digits of an MD5 of name and key, as a share of all there are. */
function inShare(name: string, percent: number): string {
  return `(('0x' || substr(md5('${name}:' || customer_id), 1, 7))::BIGINT < ${percent} / 100.0 * 268435456)`;
}
