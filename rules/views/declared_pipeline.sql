-- Pipelines that are declared (several stages of a pipeline file, a flow or DAG in code, a task that
-- runs others first, a script, task or job that runs training and another step one after the other)
-- and a file that each of them runs. One row a pipeline and a file.
CREATE VIEW declared_pipeline AS
WITH staged AS (
  SELECT s.path, s.system, s.pipeline, min(s.line) AS line, count(DISTINCT s.name) AS steps
  FROM pipeline_stage AS s
  JOIN file AS f ON f.path = s.path
  WHERE NOT s.frozen AND s.kind <> 'component'
    AND f.role NOT IN ('vendored', 'generated', 'example', 'docs', 'test')
  GROUP BY s.path, s.system, s.pipeline
  HAVING count(DISTINCT s.name) >= 2
),
chained AS (
  SELECT t.path, t.name, t.runner, t.line, o.name AS step
  FROM task AS t
  JOIN task AS o ON o.path = t.path
  WHERE t.needs <> '' AND (o.name = t.name OR ' ' || t.needs || ' ' LIKE '% ' || o.name || ' %')
),
run AS (
  SELECT c.path, c.name, c.runner, c.line, g.target_path AS file_path
  FROM chained AS c
  JOIN command AS k ON k.path = c.path AND k.scope = 'task:' || c.step
  JOIN command_target AS g ON g.path = k.path AND g.position = k.position
  JOIN file AS f ON f.path = g.target_path
  WHERE g.status = 'resolved' AND f.kind IN ('python', 'notebook', 'r', 'julia')
),
sequenced AS (
  SELECT k.path, k.scope, min(k.line) AS line, g.target_path AS file_path,
         EXISTS (
           SELECT 1 FROM entry_reach AS r
           JOIN training AS t ON t.path = r.path AND t.scope = r.scope
           WHERE r.entry_path = g.target_path
         ) AS trains,
         EXISTS (
           SELECT 1 FROM entry_reach AS r
           JOIN code_action AS a ON a.path = r.path AND a.scope = r.scope
           WHERE r.entry_path = g.target_path
             AND a.action IN ('load_data', 'prepare_data', 'validate_data', 'save_data', 'evaluate',
                              'predict', 'predict_batch', 'register_model')
         ) AS works
  FROM command AS k
  JOIN command_target AS g ON g.path = k.path AND g.position = k.position
  JOIN file AS f ON f.path = g.target_path
  JOIN file AS o ON o.path = k.path
  WHERE g.status = 'resolved' AND k.cell IS NULL
    AND f.kind IN ('python', 'notebook') AND f.role IN ('source', 'template')
    AND o.role NOT IN ('vendored', 'generated', 'example', 'docs', 'test')
    AND k.scope NOT LIKE 'stage:%'
  GROUP BY k.path, k.scope, g.target_path
)
SELECT s.path, s.line, s.system AS name, s.steps || ' stages' AS size, 'stage' AS form,
       g.target_path AS file_path
FROM staged AS s
JOIN pipeline_stage AS p ON p.path = s.path AND p.system = s.system AND p.pipeline = s.pipeline
LEFT JOIN command AS k ON k.path = p.path AND k.scope = 'stage:' || p.name
LEFT JOIN command_target AS g ON g.path = k.path AND g.position = k.position
UNION
SELECT r.path, r.line, r.runner, r.name, 'task', r.file_path
FROM run AS r
WHERE (
  SELECT count(DISTINCT o.file_path) FROM run AS o WHERE o.path = r.path AND o.name = r.name
) >= 2
UNION
SELECT a.path, a.line, a.technology, a.name, 'code', a.path
FROM code_action AS a
WHERE a.action = 'pipeline' AND a.via NOT IN ('file', 'key')
UNION
SELECT q.path, min(q.line) OVER (PARTITION BY q.path, q.scope),
       CASE q.scope WHEN '' THEN 'script' ELSE replace(q.scope, ':', ' ') END,
       'runs one file after the other',
       CASE WHEN q.scope LIKE 'task:%' THEN 'task' WHEN q.scope LIKE 'job:%' THEN 'job' ELSE 'script' END,
       q.file_path
FROM sequenced AS q
WHERE EXISTS (SELECT 1 FROM sequenced AS t WHERE t.path = q.path AND t.scope = q.scope AND t.trains)
  AND EXISTS (
    SELECT 1 FROM sequenced AS w
    WHERE w.path = q.path AND w.scope = q.scope AND w.works AND NOT w.trains
  )
