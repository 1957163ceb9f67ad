-- Units that run without a person: a live trigger other than a manual one reaches them, and their
-- failure is noticed. One row a unit and a kind of trigger.
CREATE VIEW unattended AS
SELECT DISTINCT r.path, r.scope, r.kind AS trigger, r.trigger_path
FROM trigger_reach AS r
WHERE r.live
  AND NOT r.tolerated
  AND r.kind NOT IN ('manual', 'reusable')
  AND r.confidence <> 'low'
