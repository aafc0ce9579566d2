-- A small online shop, made from nothing: 10,000 customers, 400 products and ninety days of visits that end now.
-- Every choice is a hash of an id, so that two loads differ only by the clock. Nobody here is real: addresses end in
-- example.* and phone numbers come from ranges that regulators keep for films.
-- `shop` and `ml` are what a company's warehouse would hold. `demo` is behind the scenes: how a visit turns into
-- events. `live-on.sql` uses it to let the shop live on.

CREATE SCHEMA shop;
CREATE SCHEMA ml;
CREATE SCHEMA demo;

-- One row: how far the shop has been played.
CREATE TABLE demo.clock AS SELECT now() AS played_until, 70000 AS last_visit, 10000 AS last_customer;

-- A number in [0, 1) that depends on nothing but its arguments.
CREATE MACRO demo.draw(id, purpose) AS
  (md5_number_lower(concat_ws(':', purpose, id)) % 1000000007) / 1000000007.0;
CREATE MACRO demo.pick(choices, id, purpose) AS
  choices[1 + floor(len(choices) * demo.draw(id, purpose))::INTEGER];
CREATE MACRO demo.seconds(n) AS to_microseconds((n * 1000000)::BIGINT);
-- A few customers come often and most seldom; the factor spreads the frequent ones over all ids.
CREATE MACRO demo.visitor(visit_id) AS
  1 + (floor(10000 * pow(demo.draw(visit_id, 'visitor'), 1.8))::BIGINT * 7919) % 10000;

CREATE TABLE shop.products AS
SELECT
  range AS product_id,
  demo.pick(['Trail', 'Harbour', 'Fjäll', 'Lumière', 'Kiez', 'O''Malley'], range, 'line')
    || ' ' || demo.pick(['jacket', 'boots', 'lamp', 'kettle', 'rucksack', 'blanket', 'chair'], range, 'thing') AS name,
  demo.pick(['outdoor', 'home', 'kitchen', 'travel'], range, 'category') AS category,
  (6 + 180 * pow(demo.draw(range, 'price'), 2.2))::DECIMAL(10, 2) AS price
FROM range(1, 401);

-- Visits become denser towards today: the shop is growing. More than a quarter of the customers stopped coming.
CREATE TABLE demo.visits AS
WITH visits AS (
  SELECT
    range AS visit_id,
    demo.visitor(range) AS customer_id,
    90 * 86400 * pow(demo.draw(range, 'age'), 1.25) AS age
  FROM demo.clock, range(1, last_visit + 1)
)
SELECT visit_id, customer_id, (SELECT played_until FROM demo.clock) - demo.seconds(age) AS started_at
FROM visits
WHERE demo.draw(customer_id, 'leaves') >= 0.28 OR age > 86400 * (8 + 75 * demo.draw(customer_id, 'left'));

-- What happens in a visit: how many products are looked at, and how far it goes towards an order.
CREATE VIEW demo.plans AS
SELECT
  visit_id, customer_id, started_at,
  1 + floor(6 * pow(demo.draw(visit_id, 'views'), 2))::INTEGER AS views,
  demo.draw(visit_id, 'cart') < 0.32 AS adds_to_cart,
  demo.draw(visit_id, 'checkout') < 0.65 AS checks_out,
  demo.draw(visit_id, 'order') < 0.80 AS orders,
  1 + floor(3 * pow(demo.draw(visit_id, 'items'), 3))::INTEGER AS items,
  floor(400 * demo.draw(visit_id, 'product'))::BIGINT AS first_product,
  demo.draw(visit_id, 'email') < 0.30 AS comes_from_email
FROM demo.visits;

CREATE VIEW demo.visit_events AS
WITH steps AS (
  FROM demo.plans SELECT *, 'email_opened' AS name, -20 AS second, 0 AS step WHERE comes_from_email
  UNION ALL FROM demo.plans SELECT *, 'session_started', 0, 0
  UNION ALL FROM demo.plans SELECT *, 'product_viewed', 40 * unnest(range(1, views + 1)) - 25, unnest(range(1, views + 1))
  UNION ALL FROM demo.plans SELECT *, 'added_to_cart', 40 * views + 10, views WHERE adds_to_cart
  UNION ALL FROM demo.plans SELECT *, 'checkout_started', 40 * views + 70, views WHERE adds_to_cart AND checks_out
  UNION ALL FROM demo.plans SELECT *, 'order_completed', 40 * views + 180, views WHERE adds_to_cart AND checks_out AND orders
)
SELECT
  visit_id, customer_id, steps.name, product_id,
  CASE
    WHEN steps.name = 'order_completed' THEN items * price
    WHEN steps.name = 'added_to_cart' THEN price
  END AS amount,
  started_at + demo.seconds(second + 20 * demo.draw(visit_id, steps.name || step)) AS occurred_at
FROM steps
LEFT JOIN shop.products ON step > 0 AND product_id = 1 + (first_product + 37 * step) % 400;

-- Every order begins as an event; the visit's number makes the order's.
CREATE VIEW demo.visit_orders AS
SELECT 100000 + visit_id AS order_id, customer_id, items, amount AS total, occurred_at AS placed_at
FROM demo.visit_events
JOIN demo.plans USING (visit_id, customer_id)
WHERE name = 'order_completed';

-- `ingested_at` is when the row became visible here: it grows with every row, so it is the cursor.
CREATE TABLE shop.events AS
WITH newsletters AS (
  SELECT 1 + range % 10000 AS customer_id, demo.draw(range, 'opened') * 90 * 86400 AS age
  FROM range(1, 36001)
), everything AS (
  SELECT customer_id, name, product_id, amount, occurred_at FROM demo.visit_events
  UNION ALL
  SELECT customer_id, 'email_opened', NULL, NULL, (SELECT played_until FROM demo.clock) - demo.seconds(age)
  FROM newsletters
)
SELECT
  row_number() OVER (ORDER BY occurred_at, customer_id, name) AS event_id,
  customer_id, name, product_id, amount, occurred_at,
  least(occurred_at + demo.seconds(0.2 + 2.5 * demo.draw(customer_id, occurred_at::VARCHAR)), played_until) AS ingested_at
FROM everything, demo.clock
WHERE occurred_at <= played_until
ORDER BY ingested_at;

-- An order is paid after an hour, shipped after a day, delivered after four; a few are cancelled or come back.
CREATE TABLE shop.orders AS
WITH placed AS (
  SELECT *,
    CASE
      WHEN demo.draw(order_id, 'fate') < 0.04 AND placed_at < played_until - INTERVAL 3 HOURS THEN 'cancelled'
      WHEN demo.draw(order_id, 'fate') > 0.93 AND placed_at < played_until - INTERVAL 12 DAYS THEN 'returned'
      WHEN placed_at < played_until - INTERVAL 4 DAYS THEN 'delivered'
      WHEN placed_at < played_until - INTERVAL 1 DAY THEN 'shipped'
      WHEN placed_at < played_until - INTERVAL 1 HOUR THEN 'paid'
      ELSE 'placed'
    END AS status
  FROM demo.visit_orders, demo.clock
  WHERE placed_at <= played_until
)
SELECT
  order_id, customer_id, status, items, total, placed_at,
  placed_at + CASE status
    WHEN 'cancelled' THEN INTERVAL 3 HOURS
    WHEN 'returned' THEN INTERVAL 12 DAYS
    WHEN 'delivered' THEN INTERVAL 4 DAYS
    WHEN 'shipped' THEN INTERVAL 1 DAY
    WHEN 'paid' THEN INTERVAL 1 HOUR
    ELSE INTERVAL 0 SECONDS
  END AS updated_at
FROM placed
ORDER BY updated_at;

-- People. NULL consent means that nobody ever asked.
CREATE VIEW demo.people AS
WITH born AS (
  SELECT
    range AS customer_id,
    demo.pick(['DE', 'DE', 'DE', 'DE', 'FR', 'FR', 'GB', 'GB', 'US'], range, 'country') AS country
  FROM range(1, 20001)
), named AS (
  SELECT *,
    CASE country
      WHEN 'DE' THEN demo.pick(['Anna', 'Jürgen', 'Käthe', 'Lukas', 'Ayşe', 'Björn', 'Mia', 'Günter', 'Leyla', 'Sören'], customer_id, 'first')
      WHEN 'FR' THEN demo.pick(['Zoë', 'François', 'Éloïse', 'Hugo', 'Inès', 'Jean-Luc', 'Maëlle', 'Théo'], customer_id, 'first')
      ELSE demo.pick(['Siobhán', 'Jack', 'Renée', 'D''Arcy', 'Olivia', 'Noah', 'Priya', 'Wei', 'Chloe'], customer_id, 'first')
    END AS first_name,
    CASE country
      WHEN 'DE' THEN demo.pick(['Müller', 'Schäfer', 'Weiß', 'Yılmaz', 'Köhler', 'von der Heide', 'Nowak', 'Bäcker'], customer_id, 'last')
      WHEN 'FR' THEN demo.pick(['Lefèvre', 'D''Angelo', 'Garçon', 'Martin', 'N''Diaye', 'Benoît'], customer_id, 'last')
      ELSE demo.pick(['O''Brien', 'Smith', 'McNamara', 'O''Neill', 'Singh', 'Taylor', 'Núñez', 'Chen'], customer_id, 'last')
    END AS last_name
  FROM born
)
SELECT
  customer_id, first_name, last_name,
  CASE WHEN demo.draw(customer_id, 'no email') >= 0.03 THEN
    regexp_replace(lower(strip_accents(first_name || '.' || last_name)), '[^a-z.]', '', 'g')
      || customer_id || '@example.' || demo.pick(['com', 'org', 'net'], customer_id, 'mail')
  END AS email,
  CASE WHEN demo.draw(customer_id, 'no phone') >= 0.25 THEN
    CASE country
      WHEN 'DE' THEN demo.pick(['+493023125', '+496990009', '+494066969', '+498999998'], customer_id, 'city') || lpad((customer_id % 1000)::VARCHAR, 3, '0')
      WHEN 'FR' THEN '+3363998' || lpad((customer_id % 10000)::VARCHAR, 4, '0')
      WHEN 'GB' THEN '+447700900' || lpad((customer_id % 1000)::VARCHAR, 3, '0')
      ELSE '+1' || demo.pick(['212', '312', '415', '617', '702'], customer_id, 'area') || '55501' || lpad((customer_id % 100)::VARCHAR, 2, '0')
    END
  END AS phone,
  country,
  demo.draw(customer_id, 'email_opt_in') < 0.70 AS email_opt_in,
  CASE WHEN demo.draw(customer_id, 'asked') >= 0.10 THEN demo.draw(customer_id, 'ads_consent') < 0.65 END AS ads_consent,
  demo.draw(customer_id, 'sms_opt_in') < 0.40 AS sms_opt_in
FROM named;

CREATE TABLE shop.customers AS
WITH visited AS (
  SELECT customer_id, min(started_at) AS first_visit FROM demo.visits GROUP BY customer_id
), bought AS (
  SELECT customer_id, sum(total) AS spent, max(placed_at) AS last_order
  FROM shop.orders WHERE status <> 'cancelled' GROUP BY customer_id
), dated AS (
  SELECT people.*, played_until, coalesce(spent, 0) AS spent, last_order,
    least(played_until - demo.seconds(86400 * (1 + 1400 * demo.draw(customer_id, 'created'))), first_visit - INTERVAL 5 MINUTES) AS created_at,
    -- What they bought in the years before the ninety days that the events show.
    (900 * pow(demo.draw(customer_id, 'before'), 6))::DECIMAL(10, 2) AS spent_before
  FROM demo.people LEFT JOIN visited USING (customer_id) LEFT JOIN bought USING (customer_id), demo.clock
  WHERE customer_id <= last_customer
)
SELECT
  customer_id, first_name, last_name, email, phone, country, email_opt_in, ads_consent, sms_opt_in,
  floor(spent + spent_before)::BIGINT AS loyalty_points,
  (spent + spent_before)::DECIMAL(12, 2) AS lifetime_value,
  created_at,
  greatest(last_order, created_at + (played_until - created_at) * demo.draw(customer_id, 'edited')) AS updated_at
FROM dated
ORDER BY customer_id;

-- Scored every night, customer by customer for most of an hour: the longer ago the last visit, the higher.
CREATE TABLE ml.churn_scores AS
SELECT
  customer_id,
  least(0.99, greatest(0.01, round(
    0.15 + coalesce(date_diff('hour', last_seen, played_until) / 24.0, 60) / 70 + 0.4 * (demo.draw(customer_id, 'churn') - 0.5), 3))) AS score,
  date_trunc('hour', played_until) - INTERVAL 4 HOURS + demo.seconds(0.3 * customer_id) AS scored_at
FROM shop.customers
LEFT JOIN (SELECT customer_id, max(started_at) AS last_seen FROM demo.visits GROUP BY customer_id) USING (customer_id),
  demo.clock
WHERE demo.draw(customer_id, 'scored') < 0.96
ORDER BY customer_id;

-- Coffee by post. An active subscription renews within its period; a cancelled one never.
CREATE TABLE shop.subscriptions AS
WITH subscribed AS (
  SELECT customer_id, played_until, created_at,
    demo.pick(['monthly', 'monthly', 'quarterly', 'yearly'], customer_id, 'plan') AS plan,
    demo.pick(['active', 'active', 'active', 'paused', 'cancelled'], customer_id, 'status') AS status
  FROM shop.customers, demo.clock
  WHERE demo.draw(customer_id, 'subscribed') < 0.18
)
SELECT
  customer_id AS subscription_id, customer_id, plan, status,
  CASE WHEN status = 'active' THEN
    played_until + demo.seconds(86400 * CASE plan WHEN 'monthly' THEN 30 WHEN 'quarterly' THEN 91 ELSE 365 END * demo.draw(customer_id, 'renews'))
  END AS renews_at,
  created_at + (played_until - created_at) * demo.draw(customer_id, 'subscription edited') AS updated_at
FROM subscribed
ORDER BY subscription_id;

CREATE TABLE shop.tickets AS
WITH opened AS (
  SELECT range AS ticket_id, demo.visitor(-range) AS customer_id, played_until,
    played_until - demo.seconds(86400 * 90 * demo.draw(range, 'opened at')) AS opened_at
  FROM range(1, 2501), demo.clock
), answered AS (
  SELECT *, opened_at + demo.seconds(86400 * 9 * demo.draw(ticket_id, 'solved')) AS solved_at FROM opened
)
SELECT
  ticket_id, customer_id,
  demo.pick(['low', 'normal', 'normal', 'normal', 'high', 'urgent'], ticket_id, 'priority') AS priority,
  CASE WHEN solved_at <= played_until THEN 'solved' ELSE 'open' END AS status,
  opened_at,
  CASE WHEN solved_at <= played_until THEN solved_at ELSE opened_at END AS updated_at
FROM answered
ORDER BY updated_at;
