-- Reads of data sets that a platform manages (Azure ML, Vertex AI, feature and unity catalogues): one
-- row a call, with 1 in `pinned` if it names a version.
CREATE VIEW managed_data AS
SELECT c.path, c.cell, c.line, c.name,
       EXISTS (
         SELECT 1
         FROM call_argument AS v
         WHERE v.path = c.path AND v.call = c.id AND v.keyword IN ('version', 'version_id', 'snapshot_id')
           AND v.kind <> 'none' AND COALESCE(v.value, '') NOT IN ('latest', '')
       ) AS pinned
FROM call AS c
JOIN file_zone AS z ON z.path = c.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND (
    c.target LIKE 'azureml.core.%Dataset.get_by_name' OR c.target LIKE 'azureml.core.%Dataset.get_by_id'
    OR c.target LIKE 'azure.ai.ml.MLClient.data.get' OR c.target LIKE 'azure.ai.ml.MLClient.from_config.data.get'
    OR c.target LIKE 'google.cloud.aiplatform.%Dataset' OR c.target LIKE 'google.cloud.aiplatform.%Dataset.list'
    OR c.target LIKE 'google.cloud.aiplatform.%Dataset.create'
    OR c.target LIKE 'clearml.Dataset.get' OR c.target LIKE 'hopsworks.%.get_training_data'
  )
