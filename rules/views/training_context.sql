-- What belongs to the training of a file: every action in the file itself, and in code that runs in
-- the same start as its training (they share an entry point that is no test). Training that no entry
-- point reaches by resolved calls also gets the actions of the files that use its file, and of those
-- that these use. One row is one training file and one action at one place.
CREATE VIEW training_context AS
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
SELECT t.path AS training_path, c.action, c.technology, c.name, c.path, c.cell, c.line, c.scope,
       c.call
FROM training_code AS t
JOIN code_action AS c ON c.path = t.path
UNION
SELECT s.path, c.action, c.technology, c.name, c.path, c.cell, c.line, c.scope, c.call
FROM start AS s
JOIN entry_reach AS o ON o.entry_path = s.entry_path AND o.entry_scope = s.entry_scope
JOIN code_action AS c ON c.path = o.path AND c.scope = o.scope
UNION
SELECT u.path, c.action, c.technology, c.name, c.path, c.cell, c.line, c.scope, c.call
FROM user AS u
JOIN code_action AS c ON c.path = u.user_path
UNION
SELECT u.path, c.action, c.technology, c.name, c.path, c.cell, c.line, c.scope, c.call
FROM (
  SELECT DISTINCT u.path, e.target_path
  FROM user AS u
  JOIN call_edge AS e ON e.path = u.user_path
) AS u
JOIN code_action AS c ON c.path = u.target_path
