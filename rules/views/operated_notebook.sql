-- Notebooks that more than their author relies on: a trigger, pipeline or command runs them, they
-- serve, they are sources of jobs, or the model that is served is trained in one. One row a notebook.
CREATE VIEW operated_notebook AS
SELECT n.path, n.format, n.in_order, z.zone,
       CASE z.zone
         WHEN 'exploration' THEN 'trains the model that is served'
         WHEN 'production' THEN 'is part of what runs in production'
         WHEN 'development' THEN CASE
           WHEN n.format = 'databricks' THEN 'is the source of a job'
           ELSE z.reason
         END
       END AS role
FROM notebook AS n
JOIN file_zone AS z ON z.path = n.path
WHERE NOT n.checkpoint
  AND (
    z.zone = 'production'
    -- Interactive scripts lie anywhere; that alone makes them part of nothing.
    OR (z.zone = 'development' AND (n.format IN ('ipynb', 'databricks') OR z.reason LIKE 'is run by %'))
    OR (
      z.zone = 'exploration'
      AND n.path IN (SELECT t.path FROM training_code AS t)
      AND EXISTS (SELECT 1 FROM ml_work AS w WHERE w.kind = 'kind:production')
    )
  )
