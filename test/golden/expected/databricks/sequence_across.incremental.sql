-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   sequence_across: the affected keys

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
    AND name = 'added_to_cart'
  UNION ALL
  -- shop.events: rows whose cursor is unknown count as new at every tick
  SELECT
    customer_id AS k,
    TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at
  FROM shop.events AS r
  WHERE ingested_at IS NULL
    AND name = 'added_to_cart'
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
  -- shop.visits: rows that arrived or were edited, from 1m before the greatest cursor shown, 2026-11-22T09:55:00.000000Z
  SELECT
    customer_id AS k,
    CASE WHEN from_utc_timestamp(to_utc_timestamp(CAST(`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR, 'America/New_York') = CAST(`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR WHEN from_utc_timestamp(to_utc_timestamp(CAST(`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE, 'America/New_York') = CAST(`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE ELSE to_utc_timestamp(CAST(`at` AS TIMESTAMP), 'America/New_York') END AS caused_at
  FROM shop.visits AS r
  WHERE `at` >= TIMESTAMP_NTZ '2026-11-20 09:54:00.000000'
    AND CASE WHEN from_utc_timestamp(to_utc_timestamp(CAST(`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR, 'America/New_York') = CAST(`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR WHEN from_utc_timestamp(to_utc_timestamp(CAST(`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE, 'America/New_York') = CAST(`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE ELSE to_utc_timestamp(CAST(`at` AS TIMESTAMP), 'America/New_York') END >= TIMESTAMP '2026-11-22 09:54:00.000000+00:00'
  UNION ALL
  -- shop.visits: rows whose cursor is unknown count as new at every tick
  SELECT
    customer_id AS k,
    TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at
  FROM shop.visits AS r
  WHERE `at` IS NULL
) AS causes
WHERE k IS NOT NULL
GROUP BY k;

-- the affected keys, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  affected.k,
  affected.entity_key,
  affected.caused_at,
  h0.k IS NOT NULL AS h0
FROM segsync_affected AS affected
JOIN shop.customers AS entity ON entity.customer_id = affected.k
LEFT JOIN (
  WITH step_rows AS  (
    SELECT
      k,
      happened_at,
      MAX(step_1) AS step_1,  -- added_to_cart
      MAX(step_2) AS step_2,  -- orders
      MAX(step_3) AS step_3  -- not visits
    FROM (
      SELECT
        r.customer_id AS k,
        r.occurred_at AS happened_at,
        CASE WHEN r.name = 'added_to_cart' THEN 1 END AS step_1,
        CAST(NULL AS BIGINT) AS step_2,
        CAST(NULL AS BIGINT) AS step_3
      FROM shop.events AS r
      JOIN segsync_affected AS a ON a.k = r.customer_id
      WHERE r.occurred_at IS NOT NULL
        AND r.name IN ('added_to_cart')
      UNION ALL
      SELECT
        CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END AS k,
        to_utc_timestamp(CAST(CAST(r.placed_on AS DATE) AS TIMESTAMP), 'Europe/Berlin') AS happened_at,
        CAST(NULL AS BIGINT) AS step_1,
        CASE WHEN (r.status <> 'cancelled' AND r.channel = 'web') THEN 1 END AS step_2,
        CAST(NULL AS BIGINT) AS step_3
      FROM shop.orders AS r
      JOIN segsync_affected AS a ON a.k = CASE WHEN CAST(r.customer_ref AS STRING) RLIKE '^[+-]?[0-9]+\\z' THEN try_cast(CAST(r.customer_ref AS STRING) AS BIGINT) END
      WHERE r.placed_on IS NOT NULL
      UNION ALL
      SELECT
        r.customer_id AS k,
        CASE WHEN from_utc_timestamp(to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR, 'America/New_York') = CAST(r.`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '1' HOUR WHEN from_utc_timestamp(to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE, 'America/New_York') = CAST(r.`at` AS TIMESTAMP) THEN to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') + INTERVAL '30' MINUTE ELSE to_utc_timestamp(CAST(r.`at` AS TIMESTAMP), 'America/New_York') END AS happened_at,
        CAST(NULL AS BIGINT) AS step_1,
        CAST(NULL AS BIGINT) AS step_2,
        1 AS step_3
      FROM shop.visits AS r
      JOIN segsync_affected AS a ON a.k = r.customer_id
      WHERE r.`at` IS NOT NULL
    ) AS flagged
    GROUP BY k, happened_at
  ),
  at_step_2 AS  (
    -- rows of step_2, no step_3 after it
    SELECT
      k,
      happened_at,
      step_1,
      CASE WHEN (step_2 = 1 AND stop IS NULL) THEN happened_at END AS leads_on
    FROM (
      SELECT
        k,
        happened_at,
        step_1,
        step_2,
        MIN(CASE WHEN step_3 = 1 THEN happened_at END) OVER (PARTITION BY k ORDER BY happened_at DESC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS stop
      FROM step_rows
    ) AS seen
  ),
  at_step_1 AS  (
    -- rows of step_1 that lead on: what comes next is near enough
    SELECT
      k,
      happened_at,
      CASE WHEN (step_1 = 1 AND next IS NOT NULL) THEN happened_at END AS leads_on
    FROM (
      SELECT
        k,
        happened_at,
        step_1,
        MIN(leads_on) OVER (PARTITION BY k ORDER BY happened_at DESC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS next
      FROM at_step_2
    ) AS seen
  )
  SELECT DISTINCT
    k
  FROM at_step_1
  WHERE leads_on IS NOT NULL
) AS h0 ON h0.k = affected.k;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- sequence_across
SELECT
  'sequence_across' AS segment,
  entity_key,
  caused_at,
  '' AS row_hash
FROM segsync_wide
WHERE h0;

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
  WHERE known.segment IN ('sequence_across')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
