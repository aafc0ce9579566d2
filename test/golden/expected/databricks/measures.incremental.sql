-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   measures: the affected keys

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
  -- shop.orders: rows whose placed_on the edge T - 365d crossed
  -- 2025-11-22T09:55:00.000000Z to 2025-11-22T10:00:00.000000Z
  SELECT
    CASE WHEN CAST(customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(customer_ref AS STRING) AS BIGINT) END AS k,
    timestamp_micros(unix_micros(to_utc_timestamp(CAST(CAST(placed_on AS DATE) AS TIMESTAMP), 'Europe/Berlin')) + (31536000000000)) AS caused_at
  FROM shop.orders AS r
  WHERE placed_on >= DATE '2025-11-23'
    AND placed_on <= DATE '2025-11-22'
    AND status <> 'cancelled'
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
) AS causes
WHERE k IS NOT NULL
GROUP BY k;

-- the affected keys, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  affected.k,
  affected.entity_key,
  affected.caused_at,
  g0.m0,
  g0.m1,
  g0.m2,
  g0.m3,
  g0.m4
FROM segsync_affected AS affected
JOIN shop.customers AS entity ON entity.customer_id = affected.k
LEFT JOIN (
  SELECT
    CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END AS k,
    COUNT(CASE WHEN r.status <> 'cancelled' THEN 1 END) AS m0,  -- count: orders, filtered
    SUM(CASE WHEN r.status <> 'cancelled' THEN CASE WHEN abs(r.total) < 1e28 THEN try_cast(CAST(r.total AS STRING) AS DECIMAL(38, 9)) END END) AS m1,  -- sum of total: orders, filtered
    COUNT(CASE WHEN r.status <> 'cancelled' THEN CASE WHEN abs(r.total) < 1e28 THEN try_cast(CAST(r.total AS STRING) AS DECIMAL(38, 9)) END END) AS m2,  -- count of total: orders, filtered
    COUNT(DISTINCT CASE WHEN (r.status <> 'cancelled' AND r.placed_on > DATE '2025-11-22' AND r.placed_on <= DATE '2026-11-22') THEN r.channel END) AS m3,  -- distinct of channel: orders within 365d, filtered
    MAX(CASE WHEN r.status <> 'cancelled' THEN CAST(r.channel AS STRING) END) AS m4  -- max of channel: orders, filtered
  FROM shop.orders AS r
  JOIN segsync_affected AS a ON a.k = CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END
  GROUP BY CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END
) AS g0 ON g0.k = affected.k;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- measures
SELECT
  'measures' AS segment,
  entity_key,
  caused_at,
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
  WHERE known.segment IN ('measures')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
