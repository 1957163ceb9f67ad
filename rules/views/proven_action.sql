-- Actions of the repository's own code and automation with how they are proved: `automated` where
-- they run without a person, else `implemented`. One row an action at one place.
CREATE VIEW proven_action AS
SELECT c.path, c.cell, c.line, c.scope, c.action, c.technology, c.via, c.name, c.call, c.zone,
       CASE WHEN u.path IS NULL THEN 'implemented' ELSE 'automated' END AS strength
FROM code_action AS c
LEFT JOIN (SELECT DISTINCT n.path, n.scope FROM unattended AS n) AS u
  ON u.path = c.path AND u.scope = c.scope
