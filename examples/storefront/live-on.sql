-- Ten more minutes of the shop's life, arriving at once: visits that were under way go on, new ones begin, some end in
-- an order, a few people change their mind or their address, and newcomers sign up. Every row that is added or changed
-- carries the present as its cursor, as rows in a warehouse should.

BEGIN TRANSACTION;

INSERT INTO shop.customers
SELECT
  people.customer_id, first_name, last_name, email, phone, country, email_opt_in, ads_consent, sms_opt_in,
  0, 0, now() - INTERVAL 10 MINUTES, now()
FROM demo.people, demo.clock
WHERE people.customer_id > last_customer AND people.customer_id <= last_customer + 5;

-- The newcomers' visits are the first five.
INSERT INTO demo.visits
SELECT
  last_visit + range,
  CASE WHEN range <= 5 THEN last_customer + range ELSE demo.visitor(last_visit + range) END,
  now() - demo.seconds(600 * demo.draw(last_visit + range, 'begins'))
FROM demo.clock, range(1, 46);

INSERT INTO shop.events
SELECT
  (SELECT max(event_id) FROM shop.events) + row_number() OVER (ORDER BY occurred_at, customer_id, name),
  customer_id, name, product_id, amount, occurred_at, now()
FROM demo.visit_events, demo.clock
WHERE occurred_at <= now() AND (occurred_at > played_until OR visit_id > last_visit);

INSERT INTO shop.orders
SELECT order_id, customer_id, 'placed', items, total, placed_at, now()
FROM demo.visit_orders, demo.clock
WHERE placed_at <= now() AND (placed_at > played_until OR order_id - 100000 > last_visit);

UPDATE shop.orders SET
  status = CASE WHEN placed_at < now() - INTERVAL 1 DAY THEN 'shipped' ELSE 'paid' END,
  updated_at = now()
WHERE (status = 'placed' AND placed_at < now() - INTERVAL 1 HOUR)
   OR (status = 'paid' AND placed_at < now() - INTERVAL 1 DAY);

UPDATE shop.customers SET
  lifetime_value = lifetime_value + spent,
  loyalty_points = loyalty_points + floor(spent)::BIGINT,
  updated_at = now()
FROM (
  SELECT customer_id, sum(total) AS spent FROM shop.orders
  WHERE status = 'placed' AND updated_at = now() GROUP BY customer_id
) AS bought
WHERE bought.customer_id = customers.customer_id;

-- Twelve recent visitors: four change their mind about advertising, four about mail, four get a new address.
UPDATE shop.customers SET
  ads_consent = CASE WHEN place <= 4 THEN NOT coalesce(ads_consent, false) ELSE ads_consent END,
  email_opt_in = CASE WHEN place BETWEEN 5 AND 8 THEN NOT email_opt_in ELSE email_opt_in END,
  email = CASE WHEN place >= 9 THEN 'new' || last_visit || '.' || customers.customer_id || '@example.com' ELSE email END,
  updated_at = now()
FROM (
  SELECT customer_id, last_visit, row_number() OVER (ORDER BY demo.draw(customer_id, 'changes' || last_visit)) AS place
  FROM (SELECT DISTINCT customer_id FROM shop.events WHERE occurred_at > now() - INTERVAL 7 DAYS), demo.clock
) AS visitors
WHERE visitors.customer_id = customers.customer_id AND place <= 12;

INSERT INTO shop.tickets
SELECT (SELECT max(ticket_id) FROM shop.tickets) + range, demo.visitor(-last_visit - range), 'high', 'open', now(), now()
FROM demo.clock, range(1, 3);

UPDATE shop.tickets SET status = 'solved', updated_at = now()
WHERE ticket_id IN (SELECT ticket_id FROM shop.tickets WHERE status = 'open' ORDER BY opened_at LIMIT 2);

UPDATE shop.subscriptions SET
  renews_at = renews_at + CASE plan WHEN 'monthly' THEN INTERVAL 30 DAYS WHEN 'quarterly' THEN INTERVAL 91 DAYS ELSE INTERVAL 365 DAYS END,
  updated_at = now()
WHERE status = 'active' AND renews_at <= now();

UPDATE demo.clock SET played_until = now(), last_visit = last_visit + 45, last_customer = last_customer + 5;

COMMIT;
