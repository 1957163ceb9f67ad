-- Direct dependencies that the code runs with, as people declare them in dependency files; those of
-- notebooks (`pip install` cells) only where there is no such file. Files beside a logged model are
-- records, not declarations. `locked` says whether a lock file above the declaration pins packages.
-- One row a declaration.
CREATE VIEW direct_dependency AS
WITH counted AS (
  SELECT d.path, d.line, d.name, d.specifier, d.pin, d.ecosystem, d.source
  FROM dependency AS d
  JOIN file AS f ON f.path = d.path
  WHERE d.dependency_group = 'main'
    AND d.ecosystem IN ('pypi', 'conda', 'r', 'julia', 'maven')
    AND d.name NOT IN ('python', 'pip', 'setuptools', 'wheel', 'r', 'r-base', 'r-essentials')
    AND f.role NOT IN ('vendored', 'generated', 'docs', 'example', 'test')
    AND NOT EXISTS (
      SELECT 1 FROM file AS m
      WHERE m.name = 'MLmodel' AND m.path = rtrim(d.path, replace(d.path, '/', '')) || 'MLmodel'
    )
    AND NOT EXISTS (SELECT 1 FROM run_store AS s WHERE d.path LIKE s.path || '/%')
    -- The package itself, or a folder of this repository.
    AND NOT (d.pin = 'url' AND (d.specifier LIKE '.%' OR d.specifier LIKE 'file:%'))
)
SELECT c.path, c.line, c.name, c.specifier, c.pin, c.ecosystem, c.source,
       EXISTS (
         SELECT 1 FROM lock_file AS k
         WHERE k.packages > 0 AND k.tool <> 'npm'
           AND substr(c.path, 1, length(rtrim(k.path, replace(k.path, '/', ''))))
               = rtrim(k.path, replace(k.path, '/', ''))
       ) AS locked
FROM counted AS c
WHERE c.source NOT IN ('notebook', 'dockerfile')
  OR (
    c.source = 'notebook'
    AND NOT EXISTS (SELECT 1 FROM counted AS o WHERE o.source NOT IN ('notebook', 'dockerfile'))
  )
