-- Steps of GitHub workflows that run an action of somebody else, with its reference. Actions of
-- GitHub itself, of this repository and images are left out. One row a step.
CREATE VIEW foreign_step AS
SELECT s.path, s.line, s.scope, s.position, s.uses,
       substr(s.uses, 1, instr(s.uses, '@') - 1) AS name,
       substr(s.uses, instr(s.uses, '@') + 1) AS reference
FROM step AS s
JOIN workflow AS w ON w.path = s.path
WHERE w.system = 'github-actions'
  AND w.live
  AND s.uses LIKE '_%/_%@_%'
  AND s.uses NOT LIKE './%'
  AND s.uses NOT LIKE 'docker://%'
  AND s.uses NOT LIKE 'actions/%'
  AND s.uses NOT LIKE 'github/%'
