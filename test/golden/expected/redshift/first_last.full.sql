-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   first_last: everyone, at its first tick

-- everyone, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  entity.customer_id AS k,
  CAST(entity.customer_id AS VARCHAR(65535)) AS entity_key,
  g0.m0,
  g1.m1
FROM shop.customers AS entity
LEFT JOIN (
  SELECT
    CASE WHEN CAST(r.customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(r.customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS BIGINT) END END AS k,
    SUBSTRING(MIN(CASE WHEN (r.status <> 'cancelled' AND r.placed_on IS NOT NULL AND r.channel IS NOT NULL) THEN CAST(LPAD(CAST(CAST(DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', CAST(r.placed_on AS TIMESTAMP)) AS DECIMAL(38, 0)) + 9223372036854775808 AS VARCHAR(40)), 20, '0') || CAST(r.channel AS VARCHAR(65535)) AS VARCHAR(65535)) END), 21, 65535) AS m0  -- first of channel: orders, filtered
  FROM shop.orders AS r
  GROUP BY CASE WHEN CAST(r.customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(r.customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS BIGINT) END END
) AS g0 ON g0.k = entity.customer_id
LEFT JOIN (
  SELECT
    CASE WHEN CAST(r.customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(r.customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS BIGINT) END END AS k,
    CAST(SUBSTRING(MIN(CASE WHEN (r.status <> 'cancelled' AND r.placed_on > DATE '2026-08-24' AND r.placed_on <= DATE '2026-11-22' AND r.placed_on IS NOT NULL AND r.total IS NOT NULL) THEN CAST(LPAD(CAST(9223372036854775808 - CAST(DATEDIFF(microsecond, TIMESTAMP '1970-01-01 00:00:00', CAST(r.placed_on AS TIMESTAMP)) AS DECIMAL(38, 0)) AS VARCHAR(40)), 20, '0') || CASE WHEN r.total < -9e27 THEN '0' WHEN r.total < 9e27 THEN '1' ELSE '2' END || LPAD(CAST(CASE WHEN r.total >= -9e27 AND r.total < 9e27 THEN CAST(r.total AS DECIMAL(38, 9)) ELSE 0 END + 10000000000000000000000000000 AS VARCHAR(60)), 39, '0') || CAST(r.total AS VARCHAR(65535)) AS VARCHAR(65535)) END), 61, 65535) AS DOUBLE PRECISION) AS m1  -- last of total: orders within 90d, filtered
  FROM shop.orders AS r
  WHERE r.placed_on >= DATE '2026-08-25'
  GROUP BY CASE WHEN CAST(r.customer_ref AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(r.customer_ref AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(r.customer_ref AS VARCHAR(65535)) AS BIGINT) END END
) AS g1 ON g1.k = entity.customer_id
WHERE entity.customer_id IS NOT NULL;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- first_last
SELECT
  CAST('first_last' AS VARCHAR(65535)) AS segment,
  entity_key,
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
  TIMESTAMPTZ '2026-11-22 10:00:00.000000+00' AS caused_at,
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
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR CASE WHEN v.row_hash = m.row_hash OR (v.row_hash IS NULL AND m.row_hash IS NULL) THEN FALSE ELSE TRUE END);
