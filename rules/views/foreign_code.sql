-- Source files in languages whose code is not read (R, Julia, Scala), where machine learning is done
-- and nothing that is read trains a model: what they do can't be told. One row a file.
CREATE VIEW foreign_code AS
SELECT f.path, f.kind AS language
FROM file AS f
JOIN file_zone AS z ON z.path = f.path
WHERE f.kind IN ('r', 'julia', 'scala') AND f.suffix <> '.sbt'
  AND z.zone IN ('exploration', 'development', 'production')
  AND EXISTS (SELECT 1 FROM ml_work)
  AND NOT EXISTS (SELECT 1 FROM training)
