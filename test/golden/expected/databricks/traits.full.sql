-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   traits: everyone, at its first tick

-- everyone, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  entity.customer_id AS k,
  CAST(entity.customer_id AS STRING) AS entity_key,
  entity.plan AS t_plan,
  entity.country AS t_country,
  t0.value AS t_score,
  entity.born AS t_born,
  entity.email AS t_email,
  entity.phone AS t_phone
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
WHERE entity.customer_id IS NOT NULL;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- traits
SELECT
  'traits' AS segment,
  entity_key,
  '' AS row_hash
FROM segsync_wide
WHERE t_plan IN ('pro', 'team')
  AND t_plan <> 'it\'s \\ 🙂'
  AND NOT (coalesce(t_country = 'DE', FALSE))
  AND t_score >= 0.7
  AND t_born < DATE '2000-01-01'
  AND endswith(CAST(t_email AS STRING), '@example.com')
  AND t_phone IS NOT NULL;

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
  WHERE known.segment IN ('traits')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
