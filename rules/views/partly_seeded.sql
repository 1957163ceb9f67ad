-- Training files of which some randomness is fixed, in the file or in a process that trains: seeds of a
-- process, or calls with a seed of their own. What a library seeds by default does not count. One row
-- a file.
CREATE VIEW partly_seeded AS
WITH fixed AS (
  SELECT r.path, r.scope
  FROM randomness AS r
  WHERE (r.role = 'seed' AND COALESCE(r.seeded, 1))
    OR (r.role = 'used' AND r.seeded = 1 AND r.seed_kind IS NOT 'default')
)
SELECT j.path FROM judged_training AS j JOIN fixed AS f ON f.path = j.path
UNION
SELECT p.path
FROM training_process AS p
JOIN entry_reach AS o ON o.entry_path = p.entry_path AND o.entry_scope = p.entry_scope
  AND o.confidence <> 'low'
JOIN fixed AS f ON f.path = o.path AND f.scope = o.scope
