-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   calendar: everyone, at its first tick

-- everyone, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  entity.customer_id AS k,
  CAST(entity.customer_id AS STRING) AS entity_key,
  entity.born AS t_born,
  g0.m0,
  g1.m1
FROM shop.customers AS entity
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(CASE WHEN (r.name = 'a' AND r.occurred_at >= TIMESTAMP '2026-10-31 23:00:00.000000+00:00' AND r.occurred_at <= TIMESTAMP '2026-11-22 10:00:00.000000+00:00') THEN 1 END) AS m0  -- count: a this month
  FROM shop.events AS r
  WHERE r.name IN ('a')
    AND r.occurred_at >= TIMESTAMP '2026-10-31 23:00:00.000000+00:00'
  GROUP BY r.customer_id
) AS g0 ON g0.k = entity.customer_id
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(CASE WHEN (r.`at` >= TIMESTAMP_NTZ '2026-10-30 23:00:00.000000' AND CASE WHEN from_utc_timestamp(to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR, 'America/New_York') = CAST(r.`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR WHEN from_utc_timestamp(to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE, 'America/New_York') = CAST(r.`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE ELSE to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') END >= TIMESTAMP '2026-11-01 23:00:00.000000+00:00' AND r.`at` <= TIMESTAMP_NTZ '2026-11-17 23:00:00.000000' AND CASE WHEN from_utc_timestamp(to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR, 'America/New_York') = CAST(r.`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR WHEN from_utc_timestamp(to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE, 'America/New_York') = CAST(r.`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE ELSE to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') END < TIMESTAMP '2026-11-15 23:00:00.000000+00:00') THEN 1 END) AS m1  -- count: visits previous 2 weeks
  FROM shop.visits AS r
  WHERE (r.`at` >= TIMESTAMP_NTZ '2026-10-30 23:00:00.000000' AND CASE WHEN from_utc_timestamp(to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR, 'America/New_York') = CAST(r.`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR WHEN from_utc_timestamp(to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE, 'America/New_York') = CAST(r.`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE ELSE to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') END >= TIMESTAMP '2026-11-01 23:00:00.000000+00:00')
  GROUP BY r.customer_id
) AS g1 ON g1.k = entity.customer_id
WHERE entity.customer_id IS NOT NULL;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- calendar
SELECT
  'calendar' AS segment,
  entity_key,
  '' AS row_hash
FROM segsync_wide
WHERE (coalesce(m0, 0) >= 1 OR coalesce(m1, 0) >= 1 OR (t_born >= DATE '2026-01-01' AND t_born <= DATE '2026-11-22'));

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
  WHERE known.segment IN ('calendar')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
