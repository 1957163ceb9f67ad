-- What belongs to the training of a file: every action in the file itself, and in code that runs in
-- the same start as its training (they share an entry point that is no test). Training that no entry
-- point reaches by resolved calls also gets the actions of the files that use its file, and of those
-- that these use. One row is one training file and one action at one place.
CREATE VIEW training_context AS
SELECT t.path AS training_path, c.action, c.technology, c.name, c.path, c.cell, c.line, c.scope,
       c.call
FROM (SELECT DISTINCT j.path FROM judged_training AS j) AS t
JOIN code_action AS c ON c.path = t.path
UNION
SELECT s.path, c.action, c.technology, c.name, c.path, c.cell, c.line, c.scope, c.call
FROM training_start AS s
JOIN entry_reach AS o ON o.entry_path = s.entry_path AND o.entry_scope = s.entry_scope
JOIN code_action AS c ON c.path = o.path AND c.scope = o.scope
UNION
SELECT u.path, c.action, c.technology, c.name, c.path, c.cell, c.line, c.scope, c.call
FROM training_user AS u
JOIN code_action AS c ON c.path = u.user_path
UNION
SELECT u.path, c.action, c.technology, c.name, c.path, c.cell, c.line, c.scope, c.call
FROM (
  SELECT DISTINCT n.path, e.target_path
  FROM training_user AS n
  JOIN call_edge AS e ON e.path = n.user_path
) AS u
JOIN code_action AS c ON c.path = u.target_path
