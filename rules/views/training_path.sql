-- Units of code that run in a process that trains, with their size: lines of a function, or statements
-- at the top level of a script or notebook. `importable` is 1 for functions of modules, which other code
-- and tests can call without training at import; `tested` is 1 if a test with assertions reaches the unit. One row a unit.
CREATE VIEW training_path AS
WITH unit AS (
  SELECT DISTINCT o.path, o.scope
  FROM training_process AS p
  JOIN entry_reach AS o ON o.entry_path = p.entry_path AND o.entry_scope = p.entry_scope
    AND o.confidence <> 'low'
)
SELECT u.path, u.scope, z.zone, d.end_line - d.line + 1 AS size,
       m.kind = 'script' AND NOT EXISTS (
         SELECT 1 FROM action AS t WHERE t.path = u.path AND t.scope = '' AND t.action = 'train'
       ) AS importable,
       (u.path, u.scope) IN (SELECT t.path, t.scope FROM tested_unit AS t) AS tested
FROM unit AS u
JOIN definition AS d ON d.path = u.path AND d.qualname = u.scope AND d.kind <> 'class'
JOIN module AS m ON m.path = u.path
JOIN file_zone AS z ON z.path = u.path
-- Lines of a function inside a function are counted with it.
WHERE z.zone IN ('development', 'production')
  AND NOT EXISTS (
    SELECT 1 FROM definition AS o
    WHERE o.path = d.path AND o.kind <> 'class' AND o.cell IS d.cell
      AND o.line < d.line AND o.end_line >= d.end_line
      AND (o.path, o.qualname) IN (SELECT v.path, v.scope FROM unit AS v)
  )
UNION ALL
SELECT u.path, '', z.zone, m.top_level_statements, 0, 0
FROM unit AS u
JOIN module AS m ON m.path = u.path
JOIN file_zone AS z ON z.path = u.path
WHERE u.scope = '' AND z.zone IN ('development', 'production') AND m.top_level_statements > 0
