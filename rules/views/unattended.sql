-- Units that run without a person: a live trigger other than a manual one reaches them, and their
-- failure is noticed. Code that only the tests of a workflow reach, or only the images that it builds,
-- does not run there for real and is left out. One row a unit and a trigger.
CREATE VIEW unattended AS
WITH RECURSIVE reached AS (
  SELECT r.trigger_path, r.trigger_line, r.trigger_scope, r.kind, r.detail, r.path, r.scope
  FROM trigger_reach AS r
  WHERE r.live
    AND NOT r.tolerated
    AND r.kind NOT IN ('manual', 'reusable')
    AND r.confidence <> 'low'
),
mixed AS (
  SELECT DISTINCT r.trigger_path, r.trigger_scope
  FROM reached AS r
  JOIN file AS f ON f.path = r.path
  JOIN file_zone AS z ON z.path = r.path
  WHERE z.zone = 'test' OR f.kind = 'dockerfile'
),
-- What the jobs of such a trigger start, step by step, its tests and images left out.
started (trigger_path, trigger_scope, path, scope) AS (
  SELECT r.trigger_path, r.trigger_scope, r.path, r.scope
  FROM reached AS r
  JOIN mixed AS m ON m.trigger_path = r.trigger_path AND m.trigger_scope = r.trigger_scope
  WHERE r.path IN (SELECT w.path FROM workflow AS w)
  UNION
  SELECT s.trigger_path, s.trigger_scope, g.target_path, g.target_scope
  FROM started AS s
  JOIN command AS k ON k.path = s.path AND k.scope = s.scope
  JOIN command_target AS g ON g.path = k.path AND g.position = k.position
  JOIN file AS f ON f.path = g.target_path
  JOIN file_zone AS z ON z.path = g.target_path
  WHERE f.kind <> 'dockerfile' AND z.zone <> 'test'
),
besides AS (
  SELECT s.trigger_path, s.trigger_scope, e.path, e.scope
  FROM started AS s
  JOIN entry_reach AS e ON e.entry_path = s.path AND e.entry_scope = s.scope
  WHERE s.path NOT IN (SELECT w.path FROM workflow AS w)
  UNION
  SELECT s.trigger_path, s.trigger_scope, s.path, s.scope FROM started AS s
)
SELECT DISTINCT r.path, r.scope, r.kind AS trigger, r.trigger_path, r.trigger_line, r.detail
FROM reached AS r
JOIN file AS f ON f.path = r.path
LEFT JOIN mixed AS t ON t.trigger_path = r.trigger_path AND t.trigger_scope = r.trigger_scope
LEFT JOIN besides AS b ON b.trigger_path = r.trigger_path AND b.trigger_scope = r.trigger_scope
  AND b.path = r.path AND b.scope = r.scope
WHERE t.trigger_path IS NULL OR b.path IS NOT NULL
  OR r.path IN (SELECT w.path FROM workflow AS w)
  -- Automation itself, also where it is written in Python.
  OR f.name IN ('noxfile.py', 'tasks.py', 'dodo.py', 'fabfile.py', 'duties.py')
