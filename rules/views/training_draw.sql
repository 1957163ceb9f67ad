-- Places where a training that is judged draws random numbers: in code that shares a process with it
-- (a job or a stage starts one for each command, so those are left out), or in its own unit. `seeded` is 1 if the call has a seed of its own or if code that runs with the
-- training seeds the generator of its source, 0 if nothing does, NULL if it can't be told. One row a
-- training file, a source and a place.
CREATE VIEW training_draw AS
WITH draw AS (
  SELECT s.path AS training_path, r.source, r.technology, r.name, r.seeded, r.seed_kind, r.seed,
         r.path, r.cell, r.line, r.scope
  FROM training_process AS s
  JOIN entry_reach AS o ON o.entry_path = s.entry_path AND o.entry_scope = s.entry_scope
    AND o.confidence <> 'low'
  JOIN randomness AS r ON r.path = o.path AND r.scope = o.scope
  WHERE r.role = 'used' AND r.source <> 'cudnn'
  UNION
  SELECT j.path, r.source, r.technology, r.name, r.seeded, r.seed_kind, r.seed, r.path, r.cell,
         r.line, r.scope
  FROM judged_training AS j
  JOIN randomness AS r ON r.path = j.path AND r.scope = j.scope
  WHERE r.role = 'used' AND r.source <> 'cudnn'
)
SELECT d.training_path, d.source, d.technology, d.name, d.path, d.cell, d.line, d.scope, d.seed_kind,
       d.seed,
       CASE
         WHEN d.seeded = 0 AND (
           (d.training_path, d.source) IN (SELECT f.training_path, f.source FROM training_seed AS f)
           OR (d.training_path, '*') IN (SELECT f.training_path, f.source FROM training_seed AS f)
         ) THEN 1
         ELSE d.seeded
       END AS seeded
FROM draw AS d
JOIN file_zone AS z ON z.path = d.path
JOIN file_zone AS y ON y.path = d.training_path
WHERE z.zone IN ('development', 'production') OR (z.zone = 'exploration' AND y.zone = z.zone)
