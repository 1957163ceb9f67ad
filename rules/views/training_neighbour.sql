-- Files that run together with the training of a file: the file itself, files of an entry point that
-- reaches both, and the files that use it where no entry point reaches it. One row a pair.
CREATE VIEW training_neighbour AS
WITH RECURSIVE
start (path, entry_path, entry_scope) AS (
  SELECT DISTINCT t.path, r.entry_path, r.entry_scope
  FROM judged_training AS t
  JOIN entry_reach AS r ON r.path = t.path AND r.scope = t.scope
  WHERE NOT EXISTS (
    SELECT 1 FROM entry_point AS e
    WHERE e.path = r.entry_path AND e.scope = r.entry_scope AND e.kind = 'test'
  )
),
user (path, user_path) AS (
  SELECT DISTINCT t.path, e.path
  FROM judged_training AS t
  JOIN call_edge AS e ON e.target_path = t.path
  WHERE NOT EXISTS (SELECT 1 FROM start AS s WHERE s.path = t.path)
  UNION
  SELECT u.path, e.path
  FROM user AS u
  JOIN call_edge AS e ON e.target_path = u.user_path
)
SELECT t.path AS training_path, t.path FROM training_code AS t
UNION
SELECT s.path, o.path
FROM start AS s
JOIN entry_reach AS o ON o.entry_path = s.entry_path AND o.entry_scope = s.entry_scope
UNION
SELECT u.path, u.user_path FROM user AS u
UNION
SELECT u.path, e.target_path
FROM user AS u
JOIN call_edge AS e ON e.path = u.user_path
