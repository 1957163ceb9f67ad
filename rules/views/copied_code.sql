-- Pieces of code (function bodies, notebook cells, runs of statements) of which another file has the
-- same: equal but for comments, layout and local names. Tests, documentation, vendored and generated
-- files are left out, and so are functions inside a function that is copied as a whole. One row is one
-- copy with the piece that it is shown beside: one of a module rather than of a notebook, then the
-- first by path.
CREATE VIEW copied_code AS
WITH piece AS (
  SELECT b.path, b.cell, b.line, b.end_line, b.scope, b.kind, b.statements, b.digest, z.zone,
         CASE m.kind WHEN 'script' THEN 'module' ELSE 'notebook' END AS place
  FROM code_block AS b
  JOIN file_zone AS z ON z.path = b.path
  JOIN module AS m ON m.path = b.path
  WHERE z.zone IN ('exploration', 'development', 'production')
),
shared AS (
  SELECT p.*
  FROM piece AS p
  WHERE p.digest IN (
    SELECT q.digest FROM piece AS q GROUP BY q.digest HAVING count(DISTINCT q.path) > 1
  )
),
outer_piece AS (
  SELECT s.*,
         row_number() OVER (
           PARTITION BY s.digest ORDER BY s.place, s.path, COALESCE(s.cell, -1), s.line
         ) AS number
  FROM shared AS s
  WHERE NOT EXISTS (
    SELECT 1 FROM shared AS o
    WHERE o.path = s.path AND o.cell IS s.cell AND o.kind = 'function' AND s.kind = 'function'
      AND s.scope LIKE o.scope || '.%' AND o.line < s.line AND o.end_line >= s.end_line
  )
)
SELECT c.path, c.cell, c.line, c.end_line, c.scope, c.kind, c.statements, c.digest, c.zone, c.place,
       f.path AS first_path, f.cell AS first_cell, f.line AS first_line, f.scope AS first_scope,
       f.zone AS first_zone, f.place AS first_place
FROM outer_piece AS c
JOIN outer_piece AS f ON f.digest = c.digest AND f.number = 1
WHERE c.path <> f.path
