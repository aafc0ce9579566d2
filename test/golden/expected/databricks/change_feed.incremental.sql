-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   feeds: the affected keys

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
  -- shop.visits: rows that were added, changed or deleted
  SELECT
    customer_id AS k,
    TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at
  FROM (SELECT * EXCEPT (_change_type, _commit_version, _commit_timestamp) FROM table_changes('shop.visits', TIMESTAMP '2026-11-22 09:55:00.000000+00:00', TIMESTAMP '2026-11-22 10:00:00.000000+00:00')) AS r
  UNION ALL
  -- shop.events: rows that were added, changed or deleted
  SELECT
    customer_id AS k,
    ingested_at AS caused_at
  FROM (SELECT * EXCEPT (_change_type, _commit_version, _commit_timestamp) FROM table_changes('shop.events', TIMESTAMP '2026-11-22 09:55:00.000000+00:00', TIMESTAMP '2026-11-22 10:00:00.000000+00:00')) AS r
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
  g1.m1
FROM segsync_affected AS affected
JOIN shop.customers AS entity ON entity.customer_id = affected.k
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(*) AS m0  -- count: visits
  FROM shop.visits AS r
  JOIN segsync_affected AS a ON a.k = r.customer_id
  GROUP BY r.customer_id
) AS g0 ON g0.k = affected.k
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(CASE WHEN r.name = 'a' THEN 1 END) AS m1  -- count: a
  FROM shop.events AS r
  JOIN segsync_affected AS a ON a.k = r.customer_id
  WHERE r.name IN ('a')
  GROUP BY r.customer_id
) AS g1 ON g1.k = affected.k;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- feeds
SELECT
  'feeds' AS segment,
  entity_key,
  caused_at,
  '' AS row_hash
FROM segsync_wide
WHERE coalesce(m0, 0) >= 1
  AND coalesce(m1, 0) >= 1;

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
  WHERE known.segment IN ('feeds')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
