-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   where_inside: the affected keys

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
  -- shop.orders: rows whose placed_on the edge T - 90d crossed
  -- 2026-08-24T09:55:00.000000Z to 2026-08-24T10:00:00.000000Z
  SELECT
    CASE WHEN CAST(customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(customer_ref AS STRING) AS BIGINT) END AS k,
    timestamp_micros(unix_micros(to_utc_timestamp(CAST(CAST(placed_on AS DATE) AS TIMESTAMP), 'Europe/Berlin')) + (7776000000000)) AS caused_at
  FROM shop.orders AS r
  WHERE placed_on >= DATE '2026-08-25'
    AND placed_on <= DATE '2026-08-24'
    AND status <> 'cancelled'
    AND (channel = 'web' OR NOT (coalesce(total < 10, FALSE)))
  UNION ALL
  -- shop.orders: rows whose placed_on the edge T crossed
  -- 2026-11-22T09:55:00.000000Z to 2026-11-22T10:00:00.000000Z
  SELECT
    CASE WHEN CAST(customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(customer_ref AS STRING) AS BIGINT) END AS k,
    to_utc_timestamp(CAST(CAST(placed_on AS DATE) AS TIMESTAMP), 'Europe/Berlin') AS caused_at
  FROM shop.orders AS r
  WHERE placed_on >= DATE '2026-11-23'
    AND placed_on <= DATE '2026-11-22'
    AND status <> 'cancelled'
    AND (channel = 'web' OR NOT (coalesce(total < 10, FALSE)))
) AS causes
WHERE k IS NOT NULL
GROUP BY k;

-- the affected keys, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  affected.k,
  affected.entity_key,
  affected.caused_at,
  g0.m0
FROM segsync_affected AS affected
JOIN shop.customers AS entity ON entity.customer_id = affected.k
LEFT JOIN (
  SELECT
    CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END AS k,
    COUNT(CASE WHEN (r.status <> 'cancelled' AND (r.channel = 'web' OR NOT (coalesce(r.total < 10, FALSE))) AND r.placed_on > DATE '2026-08-24' AND r.placed_on <= DATE '2026-11-22') THEN 1 END) AS m0  -- count: orders within 90d, filtered
  FROM shop.orders AS r
  JOIN segsync_affected AS a ON a.k = CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END
  WHERE r.placed_on >= DATE '2026-08-25'
  GROUP BY CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END
) AS g0 ON g0.k = affected.k;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- where_inside
SELECT
  'where_inside' AS segment,
  entity_key,
  caused_at,
  '' AS row_hash
FROM segsync_wide
WHERE coalesce(m0, 0) >= 1;

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
  WHERE known.segment IN ('where_inside')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
