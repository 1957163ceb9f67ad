-- Entry points whose process also trains: those that reach the training of a file, without jobs, stages
-- and images, which start a process for each of their commands. One row a training file and an entry.
CREATE VIEW training_process AS
SELECT s.path, s.entry_path, s.entry_scope
FROM training_start AS s
WHERE EXISTS (
  SELECT 1 FROM entry_point AS e
  WHERE e.path = s.entry_path AND e.scope = s.entry_scope
    AND e.kind NOT IN ('job', 'stage', 'image', 'test')
)
