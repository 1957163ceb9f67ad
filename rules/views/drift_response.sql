-- Places where a found drift or decay starts training: code that checks and then, under a condition,
-- calls training; a trigger of that kind; a started run beside the check. One row a place.
CREATE VIEW drift_response AS
WITH RECURSIVE
checking (path, scope) AS (
  SELECT DISTINCT a.path, a.scope FROM code_action AS a WHERE a.action IN ('monitor_drift', 'monitor_model')
  UNION
  SELECT e.path, e.scope
  FROM checking AS c
  JOIN call_edge AS e ON e.target_path = c.path AND e.target_scope = c.scope
  WHERE e.kind = 'call' AND e.confidence <> 'low'
),
fitting (path, scope) AS (
  SELECT DISTINCT t.path, t.scope FROM judged_training AS t
  UNION
  SELECT e.path, e.scope
  FROM fitting AS c
  JOIN call_edge AS e ON e.target_path = c.path AND e.target_scope = c.scope
  WHERE e.kind = 'call' AND e.confidence <> 'low'
)
SELECT DISTINCT e.path, k.line, e.scope, k.name || ' trains if the check says so' AS what
FROM call_edge AS e
JOIN fitting AS f ON f.path = e.target_path AND f.scope = e.target_scope
JOIN call AS k ON k.path = e.path AND k.scope = e.scope AND k.line = e.line
-- The function checks by itself, or calls what does, before.
JOIN checking AS c ON c.path = e.path AND c.scope = e.scope
WHERE e.kind = 'call' AND e.scope <> ''
  AND e.target_scope LIKE '%' || k.method
  AND (
    k.guarded
    OR EXISTS (
      -- It returns early when nothing was found.
      SELECT 1 FROM condition AS o
      WHERE o.path = e.path AND o.scope = e.scope AND o.line < e.line AND o.consequence LIKE '%return%'
    )
  )
  AND NOT EXISTS (
    SELECT 1 FROM checking AS t WHERE t.path = e.target_path AND t.scope = e.target_scope
  )
UNION
SELECT a.path, a.line, a.scope, a.name || ' starts a run beside the check'
FROM code_action AS a
JOIN checking AS c ON c.path = a.path AND c.scope = a.scope
WHERE a.action IN ('trigger_run', 'run_pipeline')
UNION
-- A job that checks and sends the event that starts another workflow.
SELECT DISTINCT j.path, j.line, j.scope, j.name || ' sends the event that starts training'
FROM (
  SELECT s.path, s.line, s.scope, s.uses AS name
  FROM step AS s
  WHERE s.uses LIKE '%/repository-dispatch@%' OR s.uses LIKE '%/workflow-dispatch@%'
  UNION
  SELECT c.path, c.line, c.scope, c.program
  FROM command AS c
  WHERE (c.program = 'gh' AND (c.arguments LIKE 'workflow run %' OR c.arguments LIKE 'api %/dispatches%'))
    OR (c.program = 'curl' AND c.arguments LIKE '%/dispatches%')
) AS j
JOIN entry_reach AS r ON r.entry_path = j.path AND r.entry_scope = j.scope
JOIN code_action AS a ON a.path = r.path AND a.scope = r.scope
WHERE a.action IN ('monitor_drift', 'monitor_model')
  AND EXISTS (
    SELECT 1 FROM judged_training AS t
    JOIN unattended AS u ON u.path = t.path AND u.scope = t.scope
    WHERE u.trigger IN ('api', 'workflow', 'drift_alert')
  )
UNION
SELECT DISTINCT u.trigger_path, u.trigger_line, '', 'A drift alert reaches ' || t.name
FROM judged_training AS t
JOIN unattended AS u ON u.path = t.path AND u.scope = t.scope
WHERE u.trigger = 'drift_alert'
