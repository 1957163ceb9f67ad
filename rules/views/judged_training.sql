-- Places in code that fit a model and are asked for engineering: in a repository that does machine
-- learning of its own, and exploration code only where nothing else trains. One row a place.
CREATE VIEW judged_training AS
SELECT t.path, t.cell, t.line, t.scope, t.technology, t.name, t.zone
FROM training AS t
JOIN file AS f ON f.path = t.path
WHERE f.kind IN ('python', 'notebook')
  AND EXISTS (SELECT 1 FROM ml_work)
  AND (
    t.zone <> 'exploration'
    OR NOT EXISTS (
      SELECT 1 FROM training AS o
      JOIN file AS p ON p.path = o.path
      WHERE o.zone <> 'exploration' AND p.kind IN ('python', 'notebook')
    )
  )
