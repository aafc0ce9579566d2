-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   damped: everyone, at its first tick

-- everyone, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  entity.customer_id AS k,
  CAST(entity.customer_id AS STRING) AS entity_key,
  g0.m0
FROM shop.customers AS entity
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(CASE WHEN (r.name = 'a' AND r.occurred_at > TIMESTAMP '2026-11-21 10:00:00.000000+00' AND r.occurred_at <= TIMESTAMP '2026-11-22 10:00:00.000000+00') THEN 1 END) AS m0  -- count: a within 1d
  FROM shop.events AS r
  WHERE r.name IN ('a')
    AND r.occurred_at >= TIMESTAMP '2026-11-21 10:00:00.000000+00'
  GROUP BY r.customer_id
) AS g0 ON g0.k = entity.customer_id
WHERE entity.customer_id IS NOT NULL;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- damped
SELECT
  'damped' AS segment,
  entity_key,
  '' AS row_hash
FROM segsync_wide
WHERE COALESCE(m0, 0) >= 1;

-- members for whom it does not hold any more
CREATE TEMPORARY TABLE segsync_staying AS
-- damped
SELECT
  'damped' AS segment,
  entity_key,
  '' AS row_hash
FROM segsync_wide AS wide
JOIN (
  SELECT
    own.entity_key AS member_key
  FROM segsync.membership AS own
  WHERE own.segment = 'damped'
    AND own.slice IN (56195964)
) AS known ON known.member_key = entity_key
WHERE NOT (COALESCE(m0, 0) >= 1);

-- who enters, who exits, whose sent values changed, by verdict
CREATE TEMPORARY TABLE segsync_differing AS
SELECT
  COALESCE(v.segment, m.segment) AS segment,
  COALESCE(v.entity_key, m.entity_key) AS entity_key,
  CASE WHEN m.entity_key IS NULL THEN 'enter' WHEN v.entity_key IS NULL THEN 'exit' ELSE 'touch' END AS op,
  TIMESTAMP '2026-11-22 10:00:00.000000+00' AS caused_at,
  COALESCE(v.since, m.since, TIMESTAMP '2026-11-22 10:00:00.000000+00') AS since,
  CASE WHEN (m.entity_key IS NULL AND v.segment IN ('damped') AND v.since > TIMESTAMP '2026-11-22 09:55:00.000000+00') THEN TIMESTAMP_ADD(COALESCE(v.since, TIMESTAMP '2026-11-22 10:00:00.000000+00'), INTERVAL 300000000 MICROSECOND) WHEN (v.entity_key IS NULL AND m.segment IN ('damped') AND m.now_hash IS NOT NULL AND m.entered_at > TIMESTAMP '2026-11-22 09:00:00.000000+00') THEN TIMESTAMP_ADD(m.entered_at, INTERVAL 3600000000 MICROSECOND) END AS due_at,  -- who must wait, and until when
  COALESCE(v.known_due, m.known_due) AS known_due,
  COALESCE(v.row_hash, m.now_hash) AS row_hash,
  m.row_hash AS known_hash
FROM (
  SELECT
    holding.segment,
    holding.entity_key,
    holding.row_hash,
    waiting.since,
    waiting.due_at AS known_due
  FROM segsync_verdict AS holding
  LEFT JOIN segsync.pending AS waiting ON (waiting.segment = holding.segment AND waiting.entity_key = holding.entity_key AND waiting.op = 'enter' AND waiting.segment IN ('damped') AND waiting.slice IN (56195964))
) AS v
FULL JOIN (
  SELECT
    known.segment,
    known.entity_key,
    known.row_hash,
    known.entered_at,
    waiting.since,
    waiting.due_at AS known_due,
    staying.row_hash AS now_hash
  FROM segsync.membership AS known
  LEFT JOIN segsync.pending AS waiting ON (waiting.segment = known.segment AND waiting.entity_key = known.entity_key AND waiting.op = 'exit' AND waiting.segment IN ('damped') AND waiting.slice IN (56195964))
  LEFT JOIN segsync_staying AS staying ON (staying.segment = known.segment AND staying.entity_key = known.entity_key)
  WHERE known.segment IN ('damped')
    AND known.slice IN (56195964)
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);

-- of them, what happens now
CREATE TEMPORARY TABLE segsync_changed AS
SELECT
  segment,
  entity_key,
  CASE WHEN due_at IS NULL THEN op ELSE 'touch' END AS op,
  caused_at,
  row_hash
FROM segsync_differing
WHERE (due_at IS NULL OR (op = 'exit' AND row_hash IS DISTINCT FROM known_hash));
