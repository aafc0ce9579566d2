-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   pairs: everyone, at its first tick

-- everyone, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  entity.customer_id AS k,
  CAST(entity.customer_id AS STRING) AS entity_key,
  entity.plan AS t_plan,
  entity.country AS t_country,
  t0.value AS t_score,
  g0.m0,
  g0.m1,
  g1.m2,
  g1.m3
FROM shop.customers AS entity
LEFT JOIN (
  SELECT
    customer_id,
    value
  FROM (
    SELECT
      customer_id,
      value,
      ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY scored_at DESC NULLS LAST, CAST(value AS STRING) DESC NULLS LAST, customer_id NULLS LAST) AS segsync_rank  -- duplicates: latest
    FROM ml.scores AS r
  ) AS ranked
  WHERE segsync_rank = 1
) AS t0 ON t0.customer_id = entity.customer_id
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(CASE WHEN (r.name = 'session' AND r.occurred_at > TIMESTAMP '2026-11-15 10:00:00.000000+00:00' AND r.occurred_at <= TIMESTAMP '2026-11-22 10:00:00.000000+00:00') THEN 1 END) AS m0,  -- count: session within 7d
    COUNT(CASE WHEN (r.name = 'session' AND r.occurred_at > TIMESTAMP '2026-11-08 10:00:00.000000+00:00' AND r.occurred_at <= TIMESTAMP '2026-11-15 10:00:00.000000+00:00') THEN 1 END) AS m1  -- count: session between 14d and 7d ago
  FROM shop.events AS r
  WHERE r.name IN ('session')
    AND r.occurred_at >= TIMESTAMP '2026-11-08 10:00:00.000000+00:00'
  GROUP BY r.customer_id
) AS g0 ON g0.k = entity.customer_id
LEFT JOIN (
  SELECT
    CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END AS k,
    SUM(CASE WHEN r.status <> 'cancelled' THEN CASE WHEN abs(r.total) < 1e28 THEN try_cast(CAST(r.total AS STRING) AS DECIMAL(38, 9)) END END) AS m2,  -- sum of total: orders, filtered
    COUNT(CASE WHEN r.status <> 'cancelled' THEN CASE WHEN abs(r.total) < 1e28 THEN try_cast(CAST(r.total AS STRING) AS DECIMAL(38, 9)) END END) AS m3  -- count of total: orders, filtered
  FROM shop.orders AS r
  GROUP BY CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END
) AS g1 ON g1.k = entity.customer_id
WHERE entity.customer_id IS NOT NULL;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- pairs
SELECT
  'pairs' AS segment,
  entity_key,
  '' AS row_hash
FROM segsync_wide
WHERE coalesce(m0, 0) < (coalesce(m1, 0) * 0.5)
  AND CAST(t_plan AS STRING) <> CAST(t_country AS STRING)
  AND coalesce(m3, 0) > 0
  AND m2 > ((CASE WHEN abs(t_score) < 1e28 THEN try_cast(CAST(t_score AS STRING) AS DECIMAL(38, 9)) END * 2) * m3);

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
  WHERE known.segment IN ('pairs')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
