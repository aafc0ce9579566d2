-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   measures: everyone, at its first tick

-- everyone, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  entity.customer_id AS k,
  CAST(entity.customer_id AS STRING) AS entity_key,
  g0.m0,
  g0.m1,
  g0.m2,
  g0.m3,
  g0.m4
FROM shop.customers AS entity
LEFT JOIN (
  SELECT
    CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END AS k,
    COUNT(CASE WHEN r.status <> 'cancelled' THEN 1 END) AS m0,  -- count: orders, filtered
    SUM(CASE WHEN r.status <> 'cancelled' THEN CASE WHEN abs(r.total) < 1e28 THEN try_cast(CAST(r.total AS STRING) AS DECIMAL(38, 9)) END END) AS m1,  -- sum of total: orders, filtered
    COUNT(CASE WHEN r.status <> 'cancelled' THEN CASE WHEN abs(r.total) < 1e28 THEN try_cast(CAST(r.total AS STRING) AS DECIMAL(38, 9)) END END) AS m2,  -- count of total: orders, filtered
    COUNT(DISTINCT CASE WHEN (r.status <> 'cancelled' AND r.placed_on > DATE '2025-11-22' AND r.placed_on <= DATE '2026-11-22') THEN r.channel END) AS m3,  -- distinct of channel: orders within 365d, filtered
    MAX(CASE WHEN r.status <> 'cancelled' THEN CAST(r.channel AS STRING) END) AS m4  -- max of channel: orders, filtered
  FROM shop.orders AS r
  GROUP BY CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END
) AS g0 ON g0.k = entity.customer_id
WHERE entity.customer_id IS NOT NULL;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- measures
SELECT
  'measures' AS segment,
  entity_key,
  '' AS row_hash
FROM segsync_wide
WHERE coalesce(m0, 0) >= 3
  AND coalesce(m1, 0) > 500.25
  AND coalesce(m2, 0) > 0
  AND m1 >= (10 * m2)
  AND m1 <= (20 * m2)
  AND coalesce(m3, 0) >= 2
  AND m4 = 'web\'s';

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
  WHERE known.segment IN ('measures')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
