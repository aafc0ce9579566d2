-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   calendar: the affected keys

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
  -- shop.events: rows that arrived or were edited, from 1m before the greatest cursor shown, 2026-11-22T09:55:00.000000Z
  SELECT
    customer_id AS k,
    ingested_at AS caused_at
  FROM shop.events AS r
  WHERE ingested_at >= TIMESTAMPTZ '2026-11-22 09:54:00.000000+00'
    AND name = 'a'
  UNION ALL
  -- shop.events: rows whose cursor is unknown count as new at every tick
  SELECT
    customer_id AS k,
    TIMESTAMPTZ '2026-11-22 10:00:00.000000+00' AS caused_at
  FROM shop.events AS r
  WHERE ingested_at IS NULL
    AND name = 'a'
  UNION ALL
  -- shop.visits: rows that arrived or were edited, from 1m before the greatest cursor shown, 2026-11-22T09:55:00.000000Z
  SELECT
    customer_id AS k,
    CASE WHEN timezone('America/New_York', (timezone('America/New_York', CAST("at" AS TIMESTAMP)) + INTERVAL '1 hour')) = CAST("at" AS TIMESTAMP) THEN (timezone('America/New_York', CAST("at" AS TIMESTAMP)) + INTERVAL '1 hour') WHEN timezone('America/New_York', (timezone('America/New_York', CAST("at" AS TIMESTAMP)) + INTERVAL '30 minutes')) = CAST("at" AS TIMESTAMP) THEN (timezone('America/New_York', CAST("at" AS TIMESTAMP)) + INTERVAL '30 minutes') ELSE timezone('America/New_York', CAST("at" AS TIMESTAMP)) END AS caused_at
  FROM shop.visits AS r
  WHERE "at" >= TIMESTAMP '2026-11-20 09:54:00.000000'
    AND CASE WHEN timezone('America/New_York', (timezone('America/New_York', CAST("at" AS TIMESTAMP)) + INTERVAL '1 hour')) = CAST("at" AS TIMESTAMP) THEN (timezone('America/New_York', CAST("at" AS TIMESTAMP)) + INTERVAL '1 hour') WHEN timezone('America/New_York', (timezone('America/New_York', CAST("at" AS TIMESTAMP)) + INTERVAL '30 minutes')) = CAST("at" AS TIMESTAMP) THEN (timezone('America/New_York', CAST("at" AS TIMESTAMP)) + INTERVAL '30 minutes') ELSE timezone('America/New_York', CAST("at" AS TIMESTAMP)) END >= TIMESTAMPTZ '2026-11-22 09:54:00.000000+00'
  UNION ALL
  -- shop.visits: rows whose cursor is unknown count as new at every tick
  SELECT
    customer_id AS k,
    TIMESTAMPTZ '2026-11-22 10:00:00.000000+00' AS caused_at
  FROM shop.visits AS r
  WHERE "at" IS NULL
  UNION ALL
  -- shop.events: rows whose occurred_at the edge T crossed
  -- 2026-11-22T09:55:00.000000Z to 2026-11-22T10:00:00.000000Z
  SELECT
    customer_id AS k,
    occurred_at AS caused_at
  FROM shop.events AS r
  WHERE occurred_at >= TIMESTAMPTZ '2026-11-22 09:55:00.000000+00'
    AND occurred_at <= TIMESTAMPTZ '2026-11-22 10:00:00.000000+00'
    AND name = 'a'
  UNION ALL
  -- shop.customers: rows whose born the edge T crossed
  -- 2026-11-22T09:55:00.000000Z to 2026-11-22T10:00:00.000000Z
  SELECT
    customer_id AS k,
    CASE WHEN CAST(timezone('Europe/Berlin', timezone('Europe/Berlin', CAST(born AS TIMESTAMP)) - INTERVAL '1 hour') AS DATE) = CAST(born AS DATE) THEN timezone('Europe/Berlin', CAST(born AS TIMESTAMP)) - INTERVAL '1 hour' ELSE timezone('Europe/Berlin', CAST(born AS TIMESTAMP)) END AS caused_at
  FROM shop.customers AS r
  WHERE born >= DATE '2026-11-23'
    AND born <= DATE '2026-11-22'
) AS causes
WHERE k IS NOT NULL
GROUP BY k;

-- the affected keys, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  affected.k,
  affected.entity_key,
  affected.caused_at,
  entity.born AS t_born,
  g0.m0,
  g1.m1
FROM segsync_affected AS affected
JOIN shop.customers AS entity ON entity.customer_id = affected.k
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(CASE WHEN (r.name = 'a' AND r.occurred_at >= TIMESTAMPTZ '2026-10-31 23:00:00.000000+00' AND r.occurred_at <= TIMESTAMPTZ '2026-11-22 10:00:00.000000+00') THEN 1 END) AS m0  -- count: a this month
  FROM shop.events AS r
  JOIN segsync_affected AS a ON a.k = r.customer_id
  GROUP BY r.customer_id
) AS g0 ON g0.k = affected.k
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(CASE WHEN (r."at" >= TIMESTAMP '2026-10-30 23:00:00.000000' AND CASE WHEN timezone('America/New_York', (timezone('America/New_York', CAST(r."at" AS TIMESTAMP)) + INTERVAL '1 hour')) = CAST(r."at" AS TIMESTAMP) THEN (timezone('America/New_York', CAST(r."at" AS TIMESTAMP)) + INTERVAL '1 hour') WHEN timezone('America/New_York', (timezone('America/New_York', CAST(r."at" AS TIMESTAMP)) + INTERVAL '30 minutes')) = CAST(r."at" AS TIMESTAMP) THEN (timezone('America/New_York', CAST(r."at" AS TIMESTAMP)) + INTERVAL '30 minutes') ELSE timezone('America/New_York', CAST(r."at" AS TIMESTAMP)) END >= TIMESTAMPTZ '2026-11-01 23:00:00.000000+00' AND r."at" <= TIMESTAMP '2026-11-17 23:00:00.000000' AND CASE WHEN timezone('America/New_York', (timezone('America/New_York', CAST(r."at" AS TIMESTAMP)) + INTERVAL '1 hour')) = CAST(r."at" AS TIMESTAMP) THEN (timezone('America/New_York', CAST(r."at" AS TIMESTAMP)) + INTERVAL '1 hour') WHEN timezone('America/New_York', (timezone('America/New_York', CAST(r."at" AS TIMESTAMP)) + INTERVAL '30 minutes')) = CAST(r."at" AS TIMESTAMP) THEN (timezone('America/New_York', CAST(r."at" AS TIMESTAMP)) + INTERVAL '30 minutes') ELSE timezone('America/New_York', CAST(r."at" AS TIMESTAMP)) END < TIMESTAMPTZ '2026-11-15 23:00:00.000000+00') THEN 1 END) AS m1  -- count: visits previous 2 weeks
  FROM shop.visits AS r
  JOIN segsync_affected AS a ON a.k = r.customer_id
  GROUP BY r.customer_id
) AS g1 ON g1.k = affected.k;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- calendar
SELECT
  CAST('calendar' AS VARCHAR(65535)) AS segment,
  entity_key,
  caused_at,
  CAST('' AS VARCHAR(65535)) AS row_hash
FROM segsync_wide
WHERE (COALESCE(m0, 0) >= 1 OR COALESCE(m1, 0) >= 1 OR (t_born >= DATE '2026-01-01' AND t_born <= DATE '2026-11-22'));

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
  WHERE known.segment IN ('calendar')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR CASE WHEN v.row_hash = m.row_hash OR (v.row_hash IS NULL AND m.row_hash IS NULL) THEN FALSE ELSE TRUE END);
