-- Programs that Cloud Build files under a name of their own run: a step is an image with an entry
-- point. What starts them is set outside the file. One row a step.
CREATE VIEW cloud_build_step AS
SELECT s.path, s.line, trim(s.value) AS program
FROM setting AS s
JOIN file AS f ON f.path = s.path
WHERE s.name = 'entrypoint'
  AND s.key GLOB 'steps[[]*[]].entrypoint'
  AND s.kind = 'string'
  AND f.role = 'source'
  AND NOT EXISTS (SELECT 1 FROM workflow AS w WHERE w.path = s.path)
