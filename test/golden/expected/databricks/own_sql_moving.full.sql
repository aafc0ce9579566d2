-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   own_sql_moving: everyone, at its first tick

-- everyone, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  entity.customer_id AS k,
  CAST(entity.customer_id AS STRING) AS entity_key,
  entity.segsync_h0 AS h0
FROM (
  SELECT
    entity.*,
    (
entity.updated_at > TIMESTAMP '2026-11-22 10:00:00.000000+00:00' - INTERVAL '1 day' -- lately
) AS segsync_h0
  FROM shop.customers AS entity
) AS entity
WHERE entity.customer_id IS NOT NULL;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- own_sql_moving
SELECT
  'own_sql_moving' AS segment,
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
  WHERE known.segment IN ('own_sql_moving')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
