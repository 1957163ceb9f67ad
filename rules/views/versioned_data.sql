-- Data that a tool keeps in versions which can be fetched again: DVC pointers and locks, Git LFS,
-- data assets, artifacts and data sets at a fixed revision. One row a place, with its proof.
-- `model` is 1 where what is versioned is a model.
CREATE VIEW versioned_data AS
SELECT k.path, k.line, NULL AS cell, k.path || ' pins ' || k.value AS found, 'observed' AS strength,
       lower(k.path || k.value) LIKE '%model%' OR lower(k.value) LIKE '%.pt' OR lower(k.value) LIKE '%.pth'
         OR lower(k.value) LIKE '%.ckpt' OR lower(k.value) LIKE '%.onnx' OR lower(k.value) LIKE '%.pkl'
         OR lower(k.value) LIKE '%.joblib' OR lower(k.value) LIKE '%.h5' OR lower(k.value) LIKE '%weights%' AS model
FROM lock_stage AS k
JOIN file AS f ON f.path = k.path
WHERE (
    k.hash IS NOT NULL
    -- A pointer into a remote that keeps the versions itself has no hash of its own.
    OR (k.path LIKE '%.dvc' AND k.kind = 'out')
  )
  AND f.role NOT IN ('vendored', 'generated', 'test', 'docs')
  -- A lock also holds the hashes of scripts and settings, which git versions anyhow.
  AND (
    k.kind = 'out'
    OR (
      k.kind = 'dep'
      AND k.value NOT LIKE '%.py' AND k.value NOT LIKE '%.ipynb' AND k.value NOT LIKE '%.sh'
      AND k.value NOT LIKE '%.y_ml' AND k.value NOT LIKE '%.yml' AND k.value NOT LIKE '%.toml'
      AND k.value NOT LIKE '%.R' AND k.value NOT LIKE '%.sql' AND k.value LIKE '%data%'
    )
  )
UNION ALL
SELECT f.path, NULL, NULL, f.path || ' is kept by Git LFS', 'observed',
       f.kind = 'model' OR lower(f.path) LIKE '%model%' OR f.suffix = '.bin'
FROM file AS f
WHERE f.lfs
  AND f.kind IN ('data', 'model', 'archive', 'other', 'binary')
  AND f.role NOT IN ('docs', 'vendored', 'generated')
UNION ALL
SELECT p.path, p.line, p.cell, p.name || ' versions data', p.strength, p.name LIKE '%model%'
FROM proven_action AS p
WHERE p.action = 'version_data'
  -- What DVC's files pin is told above; that one lies there is no proof.
  AND NOT (p.technology = 'dvc' AND p.via = 'file')
UNION ALL
SELECT c.path, c.line, c.cell, c.name || ' reads revision ' || a.value, 'implemented',
       c.method <> 'load_dataset'
FROM call AS c
JOIN call_argument AS a ON a.path = c.path AND a.call = c.id
JOIN file_zone AS z ON z.path = c.path
WHERE c.method IN ('load_dataset', 'snapshot_download', 'hf_hub_download')
  AND a.keyword = 'revision'
  AND a.kind = 'string'
  AND a.value NOT IN ('main', 'master')
  AND z.zone IN ('exploration', 'development', 'production')
UNION ALL
SELECT c.path, c.line, c.cell, 'A Weights & Biases artifact holds the data', 'implemented', 0
FROM call AS c
JOIN call_argument AS a ON a.path = c.path AND a.call = c.id
JOIN file_zone AS z ON z.path = c.path
WHERE c.target IN ('wandb.Artifact', 'wandb.sdk.wandb_artifacts.Artifact')
  AND (a.keyword = 'type' OR (a.keyword IS NULL AND a.position = 1))
  AND a.value LIKE '%data%'
  AND z.zone IN ('exploration', 'development', 'production')
UNION ALL
SELECT c.path, c.line, c.cell, 'A table is read as of ' || a.value, 'implemented', 0
FROM call AS c
JOIN call_argument AS a ON a.path = c.path AND a.call = c.id
JOIN file_zone AS z ON z.path = c.path
WHERE c.method = 'option'
  AND a.position = 0
  AND a.value IN ('versionAsOf', 'timestampAsOf', 'snapshot-id', 'as-of-timestamp')
  AND z.zone IN ('exploration', 'development', 'production')
