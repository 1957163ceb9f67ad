-- What can be deployed and operated here: machine learning of its own, or a web application. At least
-- one row if there is something; its place is what shows it.
CREATE VIEW operated_work AS
SELECT w.kind, w.path, w.line
FROM ml_work AS w
UNION ALL
SELECT 'web application', e.path, e.line
FROM (
  SELECT p.path, min(p.line) AS line
  FROM entry_point AS p
  JOIN file_zone AS z ON z.path = p.path
  WHERE p.kind = 'web_route' AND z.zone IN ('development', 'production')
  GROUP BY p.path
  ORDER BY p.path
  LIMIT 1
) AS e
WHERE EXISTS (SELECT 1 FROM trait AS t WHERE t.name = 'kind:non-ml')
