-- Entry points, tests left out, that reach the training of a file by resolved calls. One row a pair.
CREATE VIEW training_start AS
SELECT DISTINCT t.path, r.entry_path, r.entry_scope
FROM judged_training AS t
JOIN entry_reach AS r ON r.path = t.path AND r.scope = t.scope
WHERE NOT EXISTS (
  SELECT 1 FROM entry_point AS e
  WHERE e.path = r.entry_path AND e.scope = r.entry_scope AND e.kind = 'test'
)
