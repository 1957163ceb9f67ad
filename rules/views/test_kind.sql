-- What kinds of tests there are: `unit` (code of this repository, with an assertion), `data` (checks of
-- schema or values), `model` (fits, loads or asks a model) and `integration` (from data to a model, or a
-- service through its test client). `detail` says how. One row a test file, a kind and a detail.
CREATE VIEW test_kind AS
WITH model_test AS (
  SELECT t.test_path AS path, min(t.test_line) AS line, group_concat(DISTINCT a.action) AS actions
  FROM tested_unit AS t
  JOIN code_action AS a ON a.path = t.path AND a.scope = t.scope
  WHERE a.action IN ('train', 'tune', 'predict', 'load_model')
  GROUP BY t.test_path
  UNION
  SELECT t.path, t.line, group_concat(DISTINCT a.action)
  FROM own_test AS t
  JOIN action AS a ON a.path = t.path
  WHERE a.action IN ('train', 'tune', 'predict', 'load_model', 'model_test')
    AND a.confidence <> 'low'
  GROUP BY t.path, t.line
)
SELECT 'unit' AS kind, t.path, t.line, t.assertions || ' assertions' AS detail
FROM own_test AS t
UNION ALL
SELECT 'data', t.path, t.line, group_concat(DISTINCT a.name)
FROM own_test AS t
JOIN action AS a ON a.path = t.path
WHERE a.action IN ('data_test', 'validate_data') AND a.confidence <> 'low'
GROUP BY t.path, t.line
UNION ALL
SELECT 'data', t.test_path, min(t.test_line), 'reaches ' || min(a.name)
FROM tested_unit AS t
JOIN code_action AS a ON a.path = t.path AND a.scope = t.scope
WHERE a.action = 'validate_data'
GROUP BY t.test_path
UNION ALL
SELECT 'model', m.path, m.line, m.actions
FROM model_test AS m
UNION ALL
-- A score that has to be reached.
SELECT 'model', c.path, min(c.line), 'minimum score'
FROM condition AS c
WHERE c.kind = 'assert' AND c.numbers <> ''
  AND (c.operators LIKE '%>%' OR c.operators LIKE '%<%')
  AND (c.names GLOB '*accuracy*' OR c.names GLOB '*f1*' OR c.names GLOB '*auc*'
       OR c.names GLOB '*rmse*' OR c.names GLOB '*mae*' OR c.names GLOB '*score*')
  AND c.path IN (SELECT m.path FROM model_test AS m)
GROUP BY c.path
UNION ALL
-- Tests that say by their name which property of the model they check.
SELECT 'model', d.path, min(d.line),
       CASE
         WHEN lower(d.qualname) GLOB '*overfit*' THEN 'overfits a batch'
         WHEN lower(d.qualname) GLOB '*golden*' OR lower(d.qualname) GLOB '*snapshot*'
           THEN 'golden predictions'
         ELSE 'invariance'
       END AS detail
FROM definition AS d
WHERE d.kind <> 'class'
  AND (lower(d.qualname) GLOB '*test*overfit*' OR lower(d.qualname) GLOB '*test*golden*'
       OR lower(d.qualname) GLOB '*test*snapshot*' OR lower(d.qualname) GLOB '*test*invarian*'
       OR lower(d.qualname) GLOB '*test*equivarian*')
  AND d.path IN (SELECT m.path FROM model_test AS m)
GROUP BY d.path, detail
UNION ALL
-- From data to a model that is judged or kept.
SELECT 'integration', t.test_path, min(t.test_line),
       'goes from data to model (' || group_concat(DISTINCT a.action) || ')'
FROM tested_unit AS t
JOIN code_action AS a ON a.path = t.path AND a.scope = t.scope
GROUP BY t.test_path
HAVING max(a.action IN ('train', 'tune'))
  AND max(a.action IN ('load_data', 'prepare_data', 'fit_transform', 'split'))
  AND max(a.action IN ('evaluate', 'predict', 'save_model', 'register_model'))
UNION ALL
SELECT 'integration', c.path, min(c.line), 'asks the service (' || min(c.name) || ')'
FROM call AS c
WHERE (c.target GLOB '*.TestClient' OR c.method = 'test_client')
  AND c.path IN (SELECT s.path FROM assertion AS s WHERE NOT s.trivial)
GROUP BY c.path
