-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   sequence: everyone, at its first tick

-- everyone, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  entity.customer_id AS k,
  CAST(entity.customer_id AS STRING) AS entity_key,
  h0.k IS NOT NULL AS h0
FROM shop.customers AS entity
LEFT JOIN (
  WITH step_rows AS  (
    SELECT
      k,
      happened_at,
      MAX(step_1) AS step_1,  -- product_viewed
      MAX(step_2) AS step_2,  -- not order_completed
      MAX(step_3) AS step_3,  -- added_to_cart
      MAX(step_4) AS step_4  -- not order_completed
    FROM (
      SELECT
        r.customer_id AS k,
        r.occurred_at AS happened_at,
        CASE WHEN r.name = 'product_viewed' THEN 1 END AS step_1,
        CASE WHEN r.name = 'order_completed' THEN 1 END AS step_2,
        CASE WHEN r.name = 'added_to_cart' THEN 1 END AS step_3,
        CASE WHEN r.name = 'order_completed' THEN 1 END AS step_4
      FROM shop.events AS r
      WHERE r.occurred_at > TIMESTAMP '2026-11-15 10:00:00.000000+00:00'
        AND r.occurred_at <= TIMESTAMP '2026-11-22 10:00:00.000000+00:00'
        AND r.name IN ('added_to_cart', 'order_completed', 'product_viewed')
    ) AS flagged
    GROUP BY k, happened_at
  ),
  at_step_3 AS  (
    -- rows of step_3, no step_4 after it
    SELECT
      k,
      happened_at,
      step_1,
      step_2,
      CASE WHEN (step_3 = 1 AND happened_at <= TIMESTAMP '2026-11-22 09:30:00.000000+00:00' AND (stop IS NULL OR stop > timestamp_micros(unix_micros(happened_at) + (1800000000)))) THEN happened_at END AS leads_on
    FROM (
      SELECT
        k,
        happened_at,
        step_1,
        step_2,
        step_3,
        MIN(CASE WHEN step_4 = 1 THEN happened_at END) OVER (PARTITION BY k ORDER BY happened_at DESC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS stop
      FROM step_rows
    ) AS seen
  ),
  at_step_1 AS  (
    -- rows of step_1 that lead on: what comes next is near enough, no step_2 between
    SELECT
      k,
      happened_at,
      CASE WHEN (step_1 = 1 AND next <= timestamp_micros(unix_micros(happened_at) + (3600000000)) AND (stop IS NULL OR stop >= next)) THEN happened_at END AS leads_on
    FROM (
      SELECT
        k,
        happened_at,
        step_1,
        MIN(leads_on) OVER (PARTITION BY k ORDER BY happened_at DESC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS next,
        MIN(CASE WHEN step_2 = 1 THEN happened_at END) OVER (PARTITION BY k ORDER BY happened_at DESC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS stop
      FROM at_step_3
    ) AS seen
  )
  SELECT DISTINCT
    k
  FROM at_step_1
  WHERE leads_on IS NOT NULL
) AS h0 ON h0.k = entity.customer_id
WHERE entity.customer_id IS NOT NULL;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- sequence
SELECT
  'sequence' AS segment,
  entity_key,
  '' AS row_hash
FROM segsync_wide
WHERE h0;

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
  WHERE known.segment IN ('sequence')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
