-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   did_not_within: everyone, at its first tick

-- everyone, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  entity.customer_id AS k,
  CAST(entity.customer_id AS STRING) AS entity_key,
  g0.m0
FROM shop.customers AS entity
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(CASE WHEN (r.name = 'order_completed' AND r.occurred_at > TIMESTAMP '2026-11-22 09:30:00.000000+00:00' AND r.occurred_at <= TIMESTAMP '2026-11-22 10:00:00.000000+00:00') THEN 1 END) AS m0  -- count: order_completed within 30m
  FROM shop.events AS r
  WHERE r.name IN ('order_completed')
    AND r.occurred_at >= TIMESTAMP '2026-11-22 09:30:00.000000+00:00'
  GROUP BY r.customer_id
) AS g0 ON g0.k = entity.customer_id
WHERE entity.customer_id IS NOT NULL;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- did_not_within
SELECT
  'did_not_within' AS segment,
  entity_key,
  '' AS row_hash
FROM segsync_wide
WHERE NOT (coalesce(m0, 0) >= 1);

-- who enters, who exits, whose sent values changed
CREATE TEMPORARY TABLE segsync_changed AS
SELECT
  coalesce(v.segment, m.segment) AS segment,
  coalesce(v.entity_key, m.entity_key) AS entity_key,
  CASE WHEN m.entity_key IS NULL THEN 'enter' WHEN v.entity_key IS NULL THEN 'exit' ELSE 'touch' END AS op,
  TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at,
  v.row_hash
FROM segsync_verdict AS v
FULL JOIN (
  SELECT
    known.segment,
    known.entity_key,
    known.row_hash
  FROM segsync.membership AS known
  WHERE known.segment IN ('did_not_within')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
