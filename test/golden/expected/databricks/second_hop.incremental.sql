-- One tick of 1 segment over customer at T = 2026-11-22T10:00:00.000000Z
--   second_hop: the affected keys

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
  -- support.tickets: rows that arrived or were edited, from 1m before the greatest cursor shown, 2026-11-22T09:55:00.000000Z
  SELECT
    l.customer_id AS k,
    r.updated_at AS caused_at
  FROM support.tickets AS r
  JOIN crm.account_members AS l ON l.account_id = r.account_id
  WHERE r.updated_at >= TIMESTAMP '2026-11-22 09:54:00.000000+00:00'
  UNION ALL
  -- support.tickets: rows whose cursor is unknown count as new at every tick
  SELECT
    l.customer_id AS k,
    TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at
  FROM support.tickets AS r
  JOIN crm.account_members AS l ON l.account_id = r.account_id
  WHERE r.updated_at IS NULL
  UNION ALL
  -- crm.account_members: rows that arrived or were edited, from 1m before the greatest cursor shown, 2026-11-22T09:55:00.000000Z
  SELECT
    customer_id AS k,
    linked_at AS caused_at
  FROM crm.account_members AS r
  WHERE linked_at >= TIMESTAMP '2026-11-22 09:54:00.000000+00:00'
  UNION ALL
  -- crm.account_members: rows whose cursor is unknown count as new at every tick
  SELECT
    customer_id AS k,
    TIMESTAMP '2026-11-22 10:00:00.000000+00:00' AS caused_at
  FROM crm.account_members AS r
  WHERE linked_at IS NULL
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
    l.k,
    COUNT(CASE WHEN r.status = 'open' THEN 1 END) AS m0  -- count: tickets, filtered
  FROM support.tickets AS r
  JOIN (
    SELECT DISTINCT
      l.customer_id AS k,
      l.account_id AS linked
    FROM crm.account_members AS l
    JOIN segsync_affected AS a ON a.k = l.customer_id
  ) AS l ON l.linked = r.account_id
  GROUP BY l.k
) AS g0 ON g0.k = affected.k;

-- who each segment holds for
CREATE TEMPORARY TABLE segsync_verdict AS
-- second_hop
SELECT
  'second_hop' AS segment,
  entity_key,
  caused_at,
  '' AS row_hash
FROM segsync_wide
WHERE NOT (coalesce(m0, 0) >= 1);

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
  WHERE known.segment IN ('second_hop')
) AS m ON (v.segment = m.segment AND v.entity_key = m.entity_key)
WHERE (m.entity_key IS NULL OR v.entity_key IS NULL OR v.row_hash IS DISTINCT FROM m.row_hash);
