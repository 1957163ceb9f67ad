-- Actions that a live trigger reaches without a person: one row an action, a trigger and its kind.
-- Manual and reusable triggers do not count; a step or command whose failure is ignored does not
-- count.
CREATE VIEW automated_action AS
SELECT a.action, a.technology, a.name, a.path, a.cell, a.line, a.scope, r.kind AS trigger,
       r.trigger_path, r.trigger_line, r.detail
FROM action AS a
JOIN trigger_reach AS r ON r.path = a.path AND r.scope = a.scope
WHERE r.live
  AND NOT r.tolerated
  AND r.kind NOT IN ('manual', 'reusable')
  AND a.confidence <> 'low'
  AND NOT EXISTS (
    SELECT 1
    FROM command AS c
    WHERE c.path = a.path AND c.scope = a.scope AND c.line = a.line AND c.tolerated
  )
