-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   first_last: the affected keys

-- keys that can have changed since the last tick
CREATE TEMPORARY TABLE segsync_affected AS
SELECT
  k,
  CAST(k AS VARCHAR(65535)) AS entity_key,
  LEAST(COALESCE(MIN(CASE WHEN caused_at > TIMESTAMPTZ '2026-11-22 09:55:00.000000+00' THEN caused_at END), MAX(caused_at), TIMESTAMPTZ '2026-11-22 10:00:00.000000+00'), TIMESTAMPTZ '2026-11-22 10:00:00.000000+00') AS caused_at  -- the first cause since the last tick
FROM (
  -- shop.customers: rows that arrived or were edited, from 1m before the greatest cursor shown, 2026-11-22T09:55:00.000000Z
  SELECT
    customer_id AS k,
    updated_at AS caused_at
  FROM shop.customers AS r
  WHERE updated_at >= TIMESTAMPTZ '2026-11-22 09:54:00.000000+00'
  UNION ALL
  -- shop.customers: rows whose cursor is unknown count as new at every tick
  SELECT
    customer_id AS k,
    TIMESTAMPTZ '2026-11-22 10:00:00.000000+00' AS caused_at
  FROM shop.customers AS r
  WHERE updated_at IS NULL
  UNION ALL
  -- shop.orders: rows that arrived or were edited, 500 before the greatest shown, 120000
  SELECT
    CASE WHEN CAST(customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(customer_ref AS VARCHAR(65535)) AS BIGINT) END END AS k,
    TIMESTAMPTZ '2026-11-22 10:00:00.000000+00' AS caused_at
  FROM shop.orders AS r
  WHERE version >= 119500
  UNION ALL
  -- shop.orders: rows whose cursor is unknown count as new at every tick
  SELECT
    CASE WHEN CAST(customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(customer_ref AS VARCHAR(65535)) AS BIGINT) END END AS k,
    TIMESTAMPTZ '2026-11-22 10:00:00.000000+00' AS caused_at
  FROM shop.orders AS r
  WHERE version IS NULL
  UNION ALL
  -- shop.orders: rows whose placed_on the edge T - 90d crossed
  -- 2026-08-24T09:55:00.000000Z to 2026-08-24T10:00:00.000000Z
  SELECT
    CASE WHEN CAST(customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(customer_ref AS VARCHAR(65535)) AS BIGINT) END END AS k,
    timezone('UTC', DATEADD(microsecond, 7776000000000, timezone('UTC', CASE WHEN CAST(timezone('Europe/Berlin', timezone('Europe/Berlin', CAST(placed_on AS TIMESTAMP)) - INTERVAL '1 hour') AS DATE) = CAST(placed_on AS DATE) THEN timezone('Europe/Berlin', CAST(placed_on AS TIMESTAMP)) - INTERVAL '1 hour' ELSE timezone('Europe/Berlin', CAST(placed_on AS TIMESTAMP)) END))) AS caused_at
  FROM shop.orders AS r
  WHERE placed_on >= DATE '2026-08-25'
    AND placed_on <= DATE '2026-08-24'
    AND status <> 'cancelled'
  UNION ALL
  -- shop.orders: rows whose placed_on the edge T crossed
  -- 2026-11-22T09:55:00.000000Z to 2026-11-22T10:00:00.000000Z
  SELECT
    CASE WHEN CAST(customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(customer_ref AS VARCHAR(65535)) AS BIGINT) END END AS k,
    CASE WHEN CAST(timezone('Europe/Berlin', timezone('Europe/Berlin', CAST(placed_on AS TIMESTAMP)) - INTERVAL '1 hour') AS DATE) = CAST(placed_on AS DATE) THEN timezone('Europe/Berlin', CAST(placed_on AS TIMESTAMP)) - INTERVAL '1 hour' ELSE timezone('Europe/Berlin', CAST(placed_on AS TIMESTAMP)) END AS caused_at
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
  g0.m1
FROM segsync_affected AS affected
JOIN shop.customers AS entity ON entity.customer_id = affected.k
LEFT JOIN (
  SELECT
    CASE WHEN CAST(r.customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(r.customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS BIGINT) END END AS k,
    SUBSTRING(MIN(CASE WHEN (r.status <> 'cancelled' AND r.placed_on IS NOT NULL AND r.channel IS NOT NULL) THEN CAST(LPAD(CAST(CAST(DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', CAST(r.placed_on AS TIMESTAMP)) AS DECIMAL(38, 0)) + 9223372036854775808 AS VARCHAR(40)), 20, '0') || CAST(r.channel AS VARCHAR(65535)) AS VARCHAR(65535)) END), 21, 65535) AS m0,  -- first of channel: orders, filtered
    CAST(SUBSTRING(MIN(CASE WHEN (r.status <> 'cancelled' AND r.placed_on > DATE '2026-08-24' AND r.placed_on <= DATE '2026-11-22' AND r.placed_on IS NOT NULL AND r.total IS NOT NULL) THEN CAST(LPAD(CAST(9223372036854775808 - CAST(DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', CAST(r.placed_on AS TIMESTAMP)) AS DECIMAL(38, 0)) AS VARCHAR(40)), 20, '0') || CASE WHEN r.total < -9e27 THEN '0' WHEN r.total < 9e27 THEN '1' ELSE '2' END || LPAD(CAST(CASE WHEN r.total >= -9e27 AND r.total < 9e27 THEN CAST(r.total AS DECIMAL(38, 9)) ELSE 0 END + 10000000000000000000000000000 AS VARCHAR(60)), 39, '0') || CAST(r.total AS VARCHAR(65535)) AS VARCHAR(65535)) END), 61, 65535) AS DOUBLE PRECISION) AS m1  -- last of total: orders within 90d, filtered
  FROM shop.orders AS r
  JOIN segsync_affected AS a ON a.k = CASE WHEN CAST(r.customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(r.customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS BIGINT) END END
  GROUP BY CASE WHEN CAST(r.customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(r.customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS BIGINT) END END
) AS g0 ON g0.k = affected.k;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- first_last
SELECT
  CAST('first_last' AS VARCHAR(65535)) AS segment,
  entity_key,
  caused_at,
  CAST('' AS VARCHAR(65535)) AS row_hash
FROM segsync_wide
WHERE m0 = 'web'
  AND m1 >= 10;

-- who enters, who exits, whose sent values changed
CREATE TEMPORARY TABLE segsync_changed AS
SELECT
  COALESCE(v.segment, m.segment) AS segment,
  COALESCE(v.entity_key, m.entity_key) AS entity_key,
  CASE WHEN m.entity_key IS NULL THEN 'enter' WHEN v.entity_key IS NULL THEN 'exit' ELSE 'touch' END AS op,
  COALESCE(v.caused_at, m.caused_at) AS caused_at,
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
  WHERE known.segment IN ('first_last')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR CASE WHEN v.row_hash = m.row_hash OR (v.row_hash IS NULL AND m.row_hash IS NULL) THEN FALSE ELSE TRUE END);
