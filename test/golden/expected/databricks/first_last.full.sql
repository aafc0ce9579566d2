-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   first_last: everyone, at its first tick

-- everyone, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  entity.customer_id AS k,
  CAST(entity.customer_id AS STRING) AS entity_key,
  g0.m0,
  g0.m1
FROM shop.customers AS entity
LEFT JOIN (
  SELECT
    CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END AS k,
    min_by(r.channel, struct(r.placed_on, CAST(r.channel AS STRING))) FILTER (WHERE (r.status <> 'cancelled' AND r.placed_on IS NOT NULL AND r.channel IS NOT NULL)) AS m0,  -- first of channel: orders, filtered
    min_by(r.total, struct(-unix_micros(CAST(r.placed_on AS TIMESTAMP)), r.total)) FILTER (WHERE (r.status <> 'cancelled' AND r.placed_on > DATE '2026-08-24' AND r.placed_on <= DATE '2026-11-22' AND r.placed_on IS NOT NULL AND r.total IS NOT NULL)) AS m1  -- last of total: orders within 90d, filtered
  FROM shop.orders AS r
  GROUP BY CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END
) AS g0 ON g0.k = entity.customer_id
WHERE entity.customer_id IS NOT NULL;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- first_last
SELECT
  'first_last' AS segment,
  entity_key,
  '' AS row_hash
FROM segsync_wide
WHERE m0 = 'web'
  AND m1 >= 10;

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
  WHERE known.segment IN ('first_last')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
