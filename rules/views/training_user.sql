-- Files that use the file of a training in ways that are no resolved calls: they build its classes from
-- a configuration that names them, run in a pipeline stage that depends on it, or, where no entry point
-- reaches it, import it directly or over others. One row a training file and a user.
CREATE VIEW training_user AS
WITH RECURSIVE
unreached (path) AS (
  SELECT t.path FROM judged_training AS t
  EXCEPT
  SELECT s.path FROM training_start AS s
),
-- What calls the training within its own file.
caller (training_path, path, scope) AS (
  SELECT t.path, t.path, t.scope FROM judged_training AS t WHERE t.scope <> ''
  UNION
  SELECT n.training_path, e.path, e.scope
  FROM caller AS n
  JOIN call_edge AS e ON e.target_path = n.path AND e.target_scope = n.scope AND e.path = n.path
  WHERE e.scope <> ''
),
user (path, user_path) AS (
  SELECT DISTINCT u.path, e.path
  FROM unreached AS u
  JOIN call_edge AS e ON e.target_path = u.path
  JOIN file_zone AS z ON z.path = e.path
  WHERE e.path <> u.path AND z.zone NOT IN ('test', 'vendored', 'docs')
  UNION
  SELECT DISTINCT u.path, k.path
  FROM judged_training AS u
  JOIN module AS m ON m.path = u.path
  JOIN setting AS s ON s.name IN ('_target_', 'class_path') AND s.value LIKE m.module || '.%'
  JOIN call AS k ON k.target IN ('hydra.utils.instantiate', 'hydra.utils.call')
  UNION
  SELECT DISTINCT u.path, g.target_path
  FROM judged_training AS u
  JOIN stage_item AS i ON i.kind = 'dep'
    AND rtrim(i.path, replace(i.path, '/', ''))
        || CASE WHEN i.value LIKE './%' THEN substr(i.value, 3) ELSE i.value END = u.path
  JOIN command AS c ON c.path = i.path AND c.scope = 'stage:' || i.stage
  JOIN command_target AS g ON g.path = c.path AND g.position = c.position AND g.status = 'resolved'
  UNION
  -- A file that declares a pipeline of functions over which it reaches the training.
  SELECT DISTINCT n.training_path, e.path
  FROM caller AS n
  JOIN call_edge AS e ON e.target_path = n.path AND e.target_scope = n.scope
  JOIN code_action AS a ON a.path = e.path AND a.action = 'pipeline' AND a.via = 'call'
  UNION
  SELECT u.path, e.path
  FROM user AS u
  JOIN call_edge AS e ON e.target_path = u.user_path
  JOIN file_zone AS z ON z.path = e.path
  WHERE z.zone NOT IN ('test', 'vendored', 'docs')
)
SELECT u.path, u.user_path
FROM user AS u
WHERE u.user_path <> u.path
