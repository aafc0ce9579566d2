-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   damped: the affected keys

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
  -- shop.events: rows whose occurred_at the edge T - 1d crossed
  -- 2026-11-21T09:55:00.000000Z to 2026-11-21T10:00:00.000000Z
  SELECT
    customer_id AS k,
    timezone('UTC', DATEADD(microsecond, 86400000000, timezone('UTC', occurred_at))) AS caused_at
  FROM shop.events AS r
  WHERE occurred_at >= TIMESTAMPTZ '2026-11-21 09:55:00.000000+00'
    AND occurred_at <= TIMESTAMPTZ '2026-11-21 10:00:00.000000+00'
    AND name = 'a'
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
  -- damped: those whose wait is over
  SELECT
    CASE WHEN CAST(r.entity_key AS VARCHAR(65535)) ~ '^[+-]?0*[0-9]{1,19}$' AND CAST(r.entity_key AS VARCHAR(65535)) !~ '[^0-9+-]' THEN CASE WHEN CAST(CAST(r.entity_key AS VARCHAR(65535)) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(r.entity_key AS VARCHAR(65535)) AS BIGINT) END END AS k,
    r.due_at AS caused_at
  FROM segsync.pending AS r
  WHERE r.segment = 'damped'
    AND r.due_at <= TIMESTAMPTZ '2026-11-22 10:00:00.000000+00'
) AS causes
WHERE k IS NOT NULL
GROUP BY k;

-- the affected keys, with what the segments ask for
CREATE TEMPORARY TABLE segsync_wide AS
SELECT
  affected.k,
  affected.entity_key,
  affected.caused_at,
  g0.m0
FROM segsync_affected AS affected
JOIN shop.customers AS entity ON entity.customer_id = affected.k
LEFT JOIN (
  SELECT
    r.customer_id AS k,
    COUNT(CASE WHEN (r.name = 'a' AND r.occurred_at > TIMESTAMPTZ '2026-11-21 10:00:00.000000+00' AND r.occurred_at <= TIMESTAMPTZ '2026-11-22 10:00:00.000000+00') THEN 1 END) AS m0  -- count: a within 1d
  FROM shop.events AS r
  JOIN segsync_affected AS a ON a.k = r.customer_id
  GROUP BY r.customer_id
) AS g0 ON g0.k = affected.k;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- damped
SELECT
  CAST('damped' AS VARCHAR(65535)) AS segment,
  entity_key,
  caused_at,
  CAST('' AS VARCHAR(65535)) AS row_hash
FROM segsync_wide
WHERE COALESCE(m0, 0) >= 1;

-- members for whom it does not hold any more
CREATE TEMPORARY TABLE segsync_staying AS
-- damped
SELECT
  CAST('damped' AS VARCHAR(65535)) AS segment,
  entity_key,
  CAST('' AS VARCHAR(65535)) AS row_hash
FROM segsync_wide AS wide
JOIN (
  SELECT
    own.entity_key AS member_key
  FROM segsync.membership AS own
  WHERE own.segment = 'damped'
) AS known ON known.member_key = entity_key
WHERE NOT (COALESCE(m0, 0) >= 1);

-- who enters, who exits, whose sent values changed, by verdict
CREATE TEMPORARY TABLE segsync_differing AS
SELECT
  COALESCE(v.segment, m.segment) AS segment,
  COALESCE(v.entity_key, m.entity_key) AS entity_key,
  CASE WHEN m.entity_key IS NULL THEN 'enter' WHEN v.entity_key IS NULL THEN 'exit' ELSE 'touch' END AS op,
  COALESCE(v.caused_at, m.caused_at) AS caused_at,
  COALESCE(v.since, m.since, TIMESTAMPTZ '2026-11-22 10:00:00.000000+00') AS since,
  CASE WHEN (m.entity_key IS NULL AND v.segment IN ('damped') AND COALESCE(v.since, TIMESTAMPTZ '2026-11-22 10:00:00.000000+00') > TIMESTAMPTZ '2026-11-22 09:55:00.000000+00') THEN timezone('UTC', DATEADD(microsecond, 300000000, timezone('UTC', COALESCE(v.since, TIMESTAMPTZ '2026-11-22 10:00:00.000000+00')))) WHEN (v.entity_key IS NULL AND m.segment IN ('damped') AND m.now_hash IS NOT NULL AND m.entered_at > TIMESTAMPTZ '2026-11-22 09:00:00.000000+00') THEN timezone('UTC', DATEADD(microsecond, 3600000000, timezone('UTC', m.entered_at))) END AS due_at,  -- who must wait, and until when
  COALESCE(v.known_due, m.known_due) AS known_due,
  COALESCE(v.row_hash, m.now_hash) AS row_hash,
  m.row_hash AS known_hash
FROM (
  SELECT
    holding.segment,
    holding.entity_key,
    holding.caused_at,
    holding.row_hash,
    waiting.since,
    waiting.due_at AS known_due
  FROM segsync_verdict AS holding
  LEFT JOIN segsync.pending AS waiting ON (waiting.segment = holding.segment AND waiting.entity_key = holding.entity_key AND waiting.op = 'enter' AND waiting.segment IN ('damped'))
) AS v
FULL JOIN (
  SELECT
    known.segment,
    known.entity_key,
    known.row_hash,
    known.entered_at,
    waiting.since,
    waiting.due_at AS known_due,
    staying.row_hash AS now_hash,
    a.caused_at
  FROM segsync.membership AS known
  JOIN segsync_affected AS a ON a.entity_key = known.entity_key
  LEFT JOIN segsync.pending AS waiting ON (waiting.segment = known.segment AND waiting.entity_key = known.entity_key AND waiting.op = 'exit' AND waiting.segment IN ('damped'))
  LEFT JOIN segsync_staying AS staying ON (staying.segment = known.segment AND staying.entity_key = known.entity_key)
  WHERE known.segment IN ('damped')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR CASE WHEN v.row_hash = m.row_hash OR (v.row_hash IS NULL AND m.row_hash IS NULL) THEN FALSE ELSE TRUE END);

-- of them, what happens now
CREATE TEMPORARY TABLE segsync_changed AS
SELECT
  segment,
  entity_key,
  CASE WHEN due_at IS NULL THEN op ELSE 'touch' END AS op,
  CASE WHEN (due_at IS NULL AND op <> 'touch') THEN COALESCE(known_due, caused_at) ELSE caused_at END AS caused_at,
  row_hash
FROM segsync_differing
WHERE (due_at IS NULL OR (op = 'exit' AND CASE WHEN row_hash = known_hash OR (row_hash IS NULL AND known_hash IS NULL) THEN FALSE ELSE TRUE END));
