-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   pairs: the affected keys

-- keys that can have changed since the last tick
CREATE TEMPORARY TABLE segsync_affected AS
SELECT
  k,
  CAST(k AS STRING) AS entity_key,
  least(coalesce(MIN(CASE WHEN caused_at > TIMESTAMP '2026-11-22 09:55:00.000000+00:00' THEN caused_at END), MAX(caused_at), TIMESTAMP '2026-11-22 10:00:00.000000+00:00'), TIMESTAMP '2026-11-22 10:00:00.000000+00:00') AS caused_at  -- the first cause since the last tick
FROM (
  -- shop.customers: rows that arrived or were edited, from 1m before the greatest cursor shown, 2026-11-22T09:55:00.000000Z
  SELECT
    customer_id AS k,
    updated_at AS caused_at
  FROM shop.customers AS r
  WHERE updated_at >= TIMESTAMP '2026-11-22 09:54:00.000000+00:00'
  UNION ALL
  -- shop.customers: rows whose cursor is unknown count as new at every tick
  SELECT
    customer_id AS k,
    TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at
  FROM shop.customers AS r
  WHERE updated_at IS NULL
  UNION ALL
  -- shop.events: rows that arrived or were edited, from 1m before the greatest cursor shown, 2026-11-22T09:55:00.000000Z
  SELECT
    customer_id AS k,
    ingested_at AS caused_at
  FROM shop.events AS r
  WHERE ingested_at >= TIMESTAMP '2026-11-22 09:54:00.000000+00:00'
    AND name = 'session'
  UNION ALL
  -- shop.events: rows whose cursor is unknown count as new at every tick
  SELECT
    customer_id AS k,
    TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at
  FROM shop.events AS r
  WHERE ingested_at IS NULL
    AND name = 'session'
  UNION ALL
  -- shop.orders: rows that arrived or were edited, 500 before the greatest shown, 120000
  SELECT
    CASE WHEN CAST(customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(customer_ref AS STRING) AS BIGINT) END AS k,
    TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at
  FROM shop.orders AS r
  WHERE version >= 119500
  UNION ALL
  -- shop.orders: rows whose cursor is unknown count as new at every tick
  SELECT
    CASE WHEN CAST(customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(customer_ref AS STRING) AS BIGINT) END AS k,
    TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at
  FROM shop.orders AS r
  WHERE version IS NULL
  UNION ALL
  -- ml.scores: rows that arrived or were edited, from 1m before the greatest cursor shown, 2026-11-22T09:55:00.000000Z
  SELECT
    customer_id AS k,
    scored_at AS caused_at
  FROM ml.scores AS r
  WHERE scored_at >= TIMESTAMP '2026-11-22 09:54:00.000000+00:00'
  UNION ALL
  -- ml.scores: rows whose cursor is unknown count as new at every tick
  SELECT
    customer_id AS k,
    TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at
  FROM ml.scores AS r
  WHERE scored_at IS NULL
  UNION ALL
  -- shop.events: rows whose occurred_at the edge T - 7d crossed
  -- 2026-11-15T09:55:00.000000Z to 2026-11-15T10:00:00.000000Z
  SELECT
    customer_id AS k,
    timestamp_micros(unix_micros(occurred_at) + (604800000000)) AS caused_at
  FROM shop.events AS r
  WHERE occurred_at >= TIMESTAMP '2026-11-15 09:55:00.000000+00:00'
    AND occurred_at <= TIMESTAMP '2026-11-15 10:00:00.000000+00:00'
    AND name = 'session'
  UNION ALL
  -- shop.events: rows whose occurred_at the edge T crossed
  -- 2026-11-22T09:55:00.000000Z to 2026-11-22T10:00:00.000000Z
  SELECT
    customer_id AS k,
    occurred_at AS caused_at
  FROM shop.events AS r
  WHERE occurred_at >= TIMESTAMP '2026-11-22 09:55:00.000000+00:00'
    AND occurred_at <= TIMESTAMP '2026-11-22 10:00:00.000000+00:00'
    AND name = 'session'
  UNION ALL
  -- shop.events: rows whose occurred_at the edge T - 14d crossed
  -- 2026-11-08T09:55:00.000000Z to 2026-11-08T10:00:00.000000Z
  SELECT
    customer_id AS k,
    timestamp_micros(unix_micros(occurred_at) + (1209600000000)) AS caused_at
  FROM shop.events AS r
  WHERE occurred_at >= TIMESTAMP '2026-11-08 09:55:00.000000+00:00'
    AND occurred_at <= TIMESTAMP '2026-11-08 10:00:00.000000+00:00'
    AND name = 'session'
) AS causes
WHERE k IS NOT NULL
GROUP BY k;

-- the affected keys, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  affected.k,
  affected.entity_key,
  affected.caused_at,
  entity.plan AS t_plan,
  entity.country AS t_country,
  t0.value AS t_score,
  g0.m0,
  g0.m1,
  g1.m2,
  g1.m3
FROM segsync_affected AS affected
JOIN shop.customers AS entity ON entity.customer_id = affected.k
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
) AS t0 ON t0.customer_id = affected.k
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(CASE WHEN (r.name = 'session' AND r.occurred_at > TIMESTAMP '2026-11-15 10:00:00.000000+00:00' AND r.occurred_at <= TIMESTAMP '2026-11-22 10:00:00.000000+00:00') THEN 1 END) AS m0,  -- count: session within 7d
    COUNT(CASE WHEN (r.name = 'session' AND r.occurred_at > TIMESTAMP '2026-11-08 10:00:00.000000+00:00' AND r.occurred_at <= TIMESTAMP '2026-11-15 10:00:00.000000+00:00') THEN 1 END) AS m1  -- count: session between 14d and 7d ago
  FROM shop.events AS r
  JOIN segsync_affected AS a ON a.k = r.customer_id
  WHERE r.name IN ('session')
    AND r.occurred_at >= TIMESTAMP '2026-11-08 10:00:00.000000+00:00'
  GROUP BY r.customer_id
) AS g0 ON g0.k = affected.k
LEFT JOIN (
  SELECT
    CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END AS k,
    SUM(CASE WHEN r.status <> 'cancelled' THEN CASE WHEN abs(r.total) < 1e28 THEN try_cast(CAST(r.total AS STRING) AS DECIMAL(38, 9)) END END) AS m2,  -- sum of total: orders, filtered
    COUNT(CASE WHEN r.status <> 'cancelled' THEN CASE WHEN abs(r.total) < 1e28 THEN try_cast(CAST(r.total AS STRING) AS DECIMAL(38, 9)) END END) AS m3  -- count of total: orders, filtered
  FROM shop.orders AS r
  JOIN segsync_affected AS a ON a.k = CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END
  GROUP BY CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END
) AS g1 ON g1.k = affected.k;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- pairs
SELECT
  'pairs' AS segment,
  entity_key,
  caused_at,
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
  coalesce(v.caused_at, m.caused_at) AS caused_at,
  v.row_hash
FROM segsync_verdict AS v
FULL JOIN (
  SELECT
    known.segment,
    known.entity_key,
    known.row_hash,
    a.caused_at
  FROM segsync.membership AS known
  JOIN segsync_affected AS a ON a.entity_key = known.entity_key
  WHERE known.segment IN ('pairs')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
