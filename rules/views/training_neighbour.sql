-- Files that run together with the training of a file: the file itself, files of an entry point that
-- reaches both, the files that use it where no entry point reaches it, and those that these use. One
-- row a pair.
CREATE VIEW training_neighbour AS
SELECT DISTINCT t.path AS training_path, t.path FROM judged_training AS t
UNION
SELECT s.path, o.path
FROM training_start AS s
JOIN entry_reach AS o ON o.entry_path = s.entry_path AND o.entry_scope = s.entry_scope
UNION
SELECT u.path, u.user_path FROM training_user AS u
UNION
SELECT u.path, e.target_path
FROM training_user AS u
JOIN call_edge AS e ON e.path = u.user_path
