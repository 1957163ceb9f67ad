-- Places where code, not a person, gets data from where it is kept: public data sets by name, reads
-- from an address, a bucket or a database, downloads, copies, pulls. One row a place.
CREATE VIEW data_fetch AS
SELECT p.path, p.cell, p.line, p.name, p.strength
FROM proven_action AS p
WHERE p.action = 'move_data'
   OR (p.action = 'version_data' AND p.technology <> 'dvc')
   OR (
     p.technology = 'dvc' AND p.via = 'command'
     AND (
       p.name LIKE 'dvc pull%' OR p.name LIKE 'dvc import%' OR p.name LIKE 'dvc get%'
       OR p.name LIKE 'dvc fetch%' OR p.name LIKE 'dvc update%'
     )
     AND p.name NOT LIKE '%model%'
   )
   OR (
     p.action = 'load_data'
     AND (
       p.name LIKE 'datasets.load_dataset%' OR (p.name LIKE 'torchvision.datasets.%' AND p.name NOT LIKE '%Folder')
       OR p.name LIKE 'torchaudio.datasets.%' OR p.name LIKE 'torchtext.datasets.%'
       OR p.name LIKE 'tensorflow_datasets.%' OR p.name LIKE '%keras.datasets.%'
       OR p.name LIKE 'sklearn.datasets.fetch%' OR p.name LIKE 'openml.%' OR p.name LIKE 'ucimlrepo.%'
       OR p.name LIKE 'kaggle%' OR p.name LIKE '%.read_sql%' OR p.name LIKE '%.read_gbq%'
       OR p.name LIKE '%bigquery%' OR p.name LIKE '%.read.table%' OR p.name LIKE '%spark%.table'
       OR p.name LIKE '%spark%.sql' OR p.name LIKE '%snowflake%' OR p.name LIKE '%feature_store%'
       OR p.name LIKE '%TabularDataset.create%' OR p.name LIKE '%ExampleGen%'
     )
   )
UNION
SELECT p.path, p.cell, p.line, p.name || ' of ' || g.value, p.strength
FROM proven_action AS p
JOIN call_argument AS g ON g.path = p.path AND g.call = p.call
WHERE p.action = 'load_data' AND g.kind IN ('string', 'fstring') AND g.value LIKE '_%://_%'
UNION
SELECT c.path, c.cell, c.line, c.name, 'implemented'
FROM call AS c
JOIN file_zone AS z ON z.path = c.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND (
    c.method IN (
      'urlretrieve', 'dataset_download', 'dataset_download_files', 'competition_download_files',
      'download_file', 'download_fileobj', 'download_blob', 'download_to_filename', 'snapshot_download', 'ReadFromBigQuery',
      'BigQueryExampleGen'
    )
    OR c.target LIKE 'gdown.%' OR c.target LIKE 'kagglehub.%' OR c.target LIKE 'wget.%'
    OR c.target LIKE '%pooch.retrieve' OR c.target LIKE 'roboflow.%.download'
    OR c.method = 'load_dataset' AND c.target LIKE 'datasets.%'
  )
UNION
-- A request in code whose name says that it gathers data.
SELECT c.path, c.cell, c.line, c.name, 'implemented'
FROM call AS c
JOIN file_zone AS z ON z.path = c.path
WHERE z.zone IN ('exploration', 'development')
  AND (
    c.target IN ('requests.get', 'httpx.get', 'urllib.request.urlopen', 'requests.Session.get')
    AND (
      lower(c.path || ' ' || c.scope) LIKE '%download%' OR lower(c.path || ' ' || c.scope) LIKE '%fetch%'
      OR lower(c.path || ' ' || c.scope) LIKE '%ingest%' OR lower(c.path || ' ' || c.scope) LIKE '%extract%'
      OR lower(c.path || ' ' || c.scope) LIKE '%scrap%' OR lower(c.path || ' ' || c.scope) LIKE '%collect%'
      OR lower(c.path || ' ' || c.scope) LIKE '%data/%' OR lower(c.path || ' ' || c.scope) LIKE '%get_data%'
      OR lower(c.path || ' ' || c.scope) LIKE '%load_data%'
    )
    OR c.target IN ('yfinance.download', 'yfinance.Ticker.history')
    OR c.target LIKE 'pandas_datareader.%' OR c.target LIKE 'fredapi.%' OR c.target LIKE 'meteostat.%'
  )
UNION
SELECT k.path, NULL, k.line, k.path || ' imports ' || k.value, 'observed'
FROM lock_stage AS k
WHERE k.kind = 'dep' AND k.path LIKE '%.dvc'
UNION
-- A benchmark whose class is chosen by name: getattr(torchvision.datasets, name).
SELECT c.path, c.cell, c.line, g.target, 'implemented'
FROM call_argument AS g
JOIN call AS c ON c.path = g.path AND c.id = g.call
JOIN file_zone AS z ON z.path = c.path
WHERE g.kind = 'name'
  AND g.target IN ('torchvision.datasets', 'torchaudio.datasets', 'torchtext.datasets')
  AND z.zone IN ('exploration', 'development', 'production')
UNION
SELECT c.path, c.cell, c.line, c.program || ' ' || substr(c.arguments, 1, 80), 'implemented'
FROM command AS c
JOIN file_zone AS z ON z.path = c.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND (
    c.program IN ('kaggle', 'gdown')
    OR (
      c.program IN ('wget', 'curl', 'aria2c')
      AND (
        c.arguments LIKE '%.csv%' OR c.arguments LIKE '%.parquet%' OR c.arguments LIKE '%dataset%'
        OR c.arguments LIKE '%data.zip%' OR c.arguments LIKE '%/data/%' OR c.arguments LIKE '%.npz%'
        OR c.arguments LIKE '%.h5%' OR c.arguments LIKE '%train%.zip%' OR c.arguments LIKE '%.tar%data%'
        OR c.arguments LIKE '%data%.tar%' OR c.arguments LIKE '%data%.zip%'
      )
    )
    OR (
      c.program IN ('aws', 'gsutil', 'gcloud', 'azcopy', 'az', 'rclone', 'mc')
      AND (c.arguments LIKE '% cp %' OR c.arguments LIKE '%sync %' OR c.arguments LIKE 'cp %'
           OR c.arguments LIKE '%download%' OR c.arguments LIKE 'copy %')
      AND c.arguments LIKE '%data%'
    )
  )
