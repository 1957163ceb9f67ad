-- Commands, steps and calls that deploy something that runs: not the publishing of an image, a package
-- or documentation, and not a manifest that nothing applies. `strength` is `automated` where it runs
-- without a person. One row a place.
CREATE VIEW deployment_step AS
WITH step AS (
  SELECT a.path, a.cell, a.line, a.scope, a.name, a.technology
  FROM code_action AS a
  WHERE a.action = 'deploy' AND a.via IN ('command', 'uses', 'call')
  UNION
  -- The address of a host that deploys when it is called.
  SELECT c.path, c.cell, c.line, c.scope, 'a deploy hook', ''
  FROM command AS c
  JOIN file_zone AS z ON z.path = c.path
  WHERE c.program IN ('curl', 'wget', 'http') AND z.zone IN ('development', 'production')
    AND (upper(c.text) LIKE '%DEPLOY%HOOK%' OR c.text LIKE '%/deploy/srv-%')
  UNION
  -- A build service that is given a file called deploy.
  SELECT c.path, c.cell, c.line, c.scope, c.text, ''
  FROM command AS c
  JOIN file_zone AS z ON z.path = c.path
  WHERE c.program = 'gcloud' AND c.arguments LIKE 'builds submit%deploy%'
    AND z.zone IN ('exploration', 'development', 'production')
  UNION
  -- A script of this repository that is called deploy.
  SELECT c.path, c.cell, c.line, c.scope, g.target_path, ''
  FROM command AS c
  JOIN command_target AS g ON g.path = c.path AND g.position = c.position
  JOIN file AS f ON f.path = g.target_path
  JOIN file_zone AS z ON z.path = c.path
  WHERE g.status = 'resolved' AND c.cell IS NULL AND lower(f.name) GLOB '*deploy*'
    AND NOT lower(f.name) GLOB '*docs*' AND NOT lower(f.name) GLOB '*pages*'
    AND z.zone IN ('development', 'production')
    AND f.kind IN ('python', 'shell')
)
SELECT s.path, s.cell, s.line, s.scope, s.name, s.technology,
       CASE WHEN u.path IS NULL THEN 'implemented' ELSE 'automated' END AS strength
FROM step AS s
LEFT JOIN (SELECT DISTINCT n.path, n.scope FROM unattended AS n) AS u
  ON u.path = s.path AND u.scope = s.scope
