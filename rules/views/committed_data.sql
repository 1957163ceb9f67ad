-- Data sets whose files git holds itself (no pointer, no LFS): one row a folder, with the number of
-- files and bytes. Test fixtures, run logs, reports and predictions are no data sets; pictures count
-- from a hundred in one folder on.
CREATE VIEW committed_data AS
WITH held AS (
  SELECT f.path, f.size, f.kind, lower('/' || f.path) AS place,
         rtrim(f.path, replace(f.path, '/', '')) AS folder
  FROM file AS f
  WHERE f.tracked
    AND NOT f.lfs
    AND f.role IN ('source', 'example')
    AND (
      f.kind = 'image'
      -- Tables with a suffix of their own, in a folder for data.
      OR (
        f.kind = 'text' AND f.size >= 10000
        AND (lower('/' || f.path) LIKE '%/data/%' OR lower('/' || f.path) LIKE '%/dataset%/%')
        AND f.suffix NOT IN ('.html', '.htm', '.xml', '.css', '.scss', '.log', '.tex', '.bib', '.proto',
                             '.tf', '.lock', '.patch', '.diff', '.template', '.j2')
        AND lower(f.name) NOT LIKE 'readme%' AND lower(f.name) NOT LIKE 'licen%'
        AND lower(f.name) NOT LIKE 'requirement%'
      )
      OR (
        f.kind = 'data'
        AND f.suffix IN (
          '.csv', '.tsv', '.jsonl', '.ndjson', '.geojson', '.parquet', '.feather', '.arrow', '.orc',
          '.avro', '.xls', '.xlsx', '.npy', '.npz', '.mat', '.h5ad', '.rds', '.rdata', '.libsvm',
          '.arff', '.dta', '.sas7bdat', '.tfrecord', '.tfrecords', '.wav', '.flac', '.mp3'
        )
      )
    )
)
SELECT h.folder, min(h.path) AS path, count(*) AS files, sum(h.size) AS bytes
FROM held AS h
WHERE h.place NOT LIKE '%/output%' AND h.place NOT LIKE '%/result%' AND h.place NOT LIKE '%/report%'
  AND h.place NOT LIKE '%/run/%' AND h.place NOT LIKE '%/runs/%' AND h.place NOT LIKE '%/mlruns/%'
  AND h.place NOT LIKE '%/wandb/%' AND h.place NOT LIKE '%log%/%' AND h.place NOT LIKE '%metric%'
  AND h.place NOT LIKE '%predict%' AND h.place NOT LIKE '%submission%' AND h.place NOT LIKE '%monitor%'
  AND h.place NOT LIKE '%/plot%' AND h.place NOT LIKE '%/asset%' AND h.place NOT LIKE '%/static/%'
  AND h.place NOT LIKE '%dvclive%' AND h.place NOT LIKE '%/checkpoint%' AND h.place NOT LIKE '%/.%'
GROUP BY h.folder
HAVING max(h.kind <> 'image') OR count(*) >= 100
