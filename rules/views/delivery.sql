-- Places in code or configuration that deliver predictions: a service, a batch job, or a demonstration
-- (`form` is service, batch or demo). One row a place.
CREATE VIEW delivery AS
SELECT a.path, a.cell, a.line, a.scope, a.name, a.technology, a.via, a.zone, a.strength,
       CASE a.action
         WHEN 'serve' THEN 'service' WHEN 'deploy' THEN 'service' WHEN 'predict_batch' THEN 'batch'
         ELSE 'demo'
       END AS form
FROM proven_action AS a
WHERE a.action IN ('serve', 'predict_batch')
  -- What these deploy is an endpoint of a model.
  OR (
    a.action = 'deploy'
    AND a.technology IN (SELECT technology FROM technology_feature WHERE feature = 'model-endpoint')
  )
  -- A page is a demonstration of a model only if it uses one.
  OR (
    a.action = 'demo_app'
    AND (
      a.via = 'idiom'
      OR (
        a.technology <> 'streamlit'
        AND a.path IN (
          SELECT m.path FROM code_action AS m
          WHERE m.action IN ('load_model', 'predict', 'hosted_model')
        )
      )
    )
  )
