-- Signs that data is held back from training: split and cross-validation calls, validation data that
-- is handed to a trainer, official test parts of a data set, split stages and settings. One row a
-- place; `code` is 1 where the sign stands in Python code.
CREATE VIEW data_split AS
SELECT c.path, c.cell, c.line, c.name, 1 AS code
FROM code_action AS c
WHERE c.action IN ('split', 'cross_validate')
UNION
SELECT c.path, c.cell, c.line, a.keyword || ' of ' || c.method, 1
FROM call_argument AS a
JOIN call AS c ON c.path = a.path AND c.id = a.call
JOIN file_zone AS z ON z.path = c.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND a.kind <> 'none'
  AND (
    a.keyword IN (
      'validation_data', 'validation_split', 'eval_dataset', 'eval_set', 'val_dataloaders',
      'val_dataloader', 'test_size', 'test_dataloaders', 'valid_sets', 'holdout', 'test_dataset',
      'val_dataset', 'valid_dataset', 'validation_steps'
    )
    OR (a.keyword = 'train' AND a.kind = 'bool' AND a.value = 'False')
    OR (
      a.keyword IN ('split', 'subset', 'mode', 'partition', 'image_set')
      AND a.kind = 'string'
      AND (
        a.value LIKE 'test%' OR a.value LIKE 'val%' OR a.value LIKE '%[test%'
        OR a.value IN ('dev', 'eval', 'holdout')
      )
    )
    OR (
      c.method IN ('load_dataset', 'load') AND a.keyword IS NULL AND a.position = 1
      AND (a.value LIKE 'test%' OR a.value LIKE 'validation%')
    )
  )
UNION
SELECT d.path, d.cell, d.line, d.qualname, 1
FROM definition AS d
JOIN file_zone AS z ON z.path = d.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND (
    d.qualname LIKE '%val_dataloader' OR d.qualname LIKE '%test_dataloader'
    OR d.qualname LIKE '%.validation_step' OR d.qualname LIKE '%split%data%'
    OR d.qualname LIKE '%data%split%' OR d.qualname LIKE '%train_test_split%'
    OR d.qualname LIKE '%train_val%split%' OR d.qualname LIKE '%split_by_%'
    OR d.qualname LIKE '%split_train%' OR d.qualname LIKE '%holdout%' OR d.qualname LIKE '%hold_out%'
  )
UNION
SELECT c.path, c.cell, c.line, c.result, 1
FROM call AS c
JOIN file_zone AS z ON z.path = c.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND (
    lower(c.result) GLOB '*x_test*' OR lower(c.result) GLOB '*x_val*'
    OR lower(c.result) IN (
      'evaluation', 'evaluation_df', 'evaluation_data', 'holdout', 'holdout_df', 'hold_out', 'held_out',
      'test', 'test_df', 'test_data', 'test_set', 'test_ds', 'test_dataset', 'test_loader',
      'test_dataloader', 'testset', 'testloader', 'df_test', 'data_test', 'test_generator',
      'val', 'val_df', 'val_data', 'val_set', 'val_ds', 'val_dataset', 'val_loader',
      'val_dataloader', 'valset', 'valloader', 'df_val', 'val_generator', 'valid_df', 'valid_data',
      'valid_set', 'valid_ds', 'valid_dataset', 'valid_loader', 'validation_data',
      'validation_dataset', 'validation_set', 'validation_generator', 'dev_data', 'dev_set',
      'dev_loader', 'dev_dataset', 'eval_dataset', 'eval_loader', 'eval_dataloader'
    )
  )
  AND EXISTS (
    SELECT 1
    FROM code_action AS a
    WHERE a.path = c.path AND a.action IN ('load_data', 'train', 'evaluate', 'prepare_data')
  )
UNION
SELECT l.path, l.cell, l.line, l.value, 1
FROM string_literal AS l
JOIN file_zone AS z ON z.path = l.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND (
    '/' || lower(l.value) || '/' LIKE '%/test/%' OR '/' || lower(l.value) || '/' LIKE '%/testing/%'
    OR '/' || lower(l.value) || '/' LIKE '%/val/%' OR '/' || lower(l.value) || '/' LIKE '%/valid/%'
    OR '/' || lower(l.value) || '/' LIKE '%/validation/%'
    OR '/' || lower(l.value) LIKE '%/test.csv' OR lower(l.value) LIKE '%\_test.%' ESCAPE '\'
    OR '/' || lower(l.value) LIKE '%/test\_%.%' ESCAPE '\' OR '/' || lower(l.value) LIKE '%/test.parquet'
  )
  AND EXISTS (
    SELECT 1
    FROM code_action AS a
    WHERE a.path = l.path AND a.action IN ('load_data', 'train', 'evaluate', 'split')
  )
UNION
SELECT s.path, NULL, s.line, 'stage ' || s.name, 0
FROM pipeline_stage AS s
WHERE lower(s.name) LIKE '%split%'
UNION
SELECT s.path, NULL, s.line, s.key, 0
FROM setting AS s
JOIN file_zone AS z ON z.path = s.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND s.key NOT LIKE '%healthcheck%'
  AND (
    s.name IN (
      'test_size', 'val_size', 'valid_size', 'validation_split', 'test_split', 'val_split',
      'train_split', 'test_ratio', 'val_ratio', 'train_ratio', 'n_splits', 'cv_folds', 'test_fraction',
      'val_fraction', 'holdout', 'test_frac', 'val_frac'
    )
    OR (s.name IN ('val', 'test', 'test_dir', 'val_dir', 'test_path', 'val_path', 'test_folder', 'test_data')
        AND s.kind = 'string' AND (s.value LIKE '%/%' OR lower(s.value) IN ('test', 'testing', 'val', 'validation')))
  )
UNION
SELECT min(f.path), NULL, NULL, 'a folder of test data', 0
FROM file AS f
WHERE f.kind IN ('data', 'image')
  AND f.role IN ('source', 'example')
  AND ('/' || lower(f.path) LIKE '%/test/%' OR '/' || lower(f.path) LIKE '%/val/%'
       OR '/' || lower(f.path) LIKE '%/valid/%' OR '/' || lower(f.path) LIKE '%/validation/%'
       OR '/' || lower(f.path) LIKE '%/test.csv' OR lower(f.path) LIKE '%\_test.%' ESCAPE '\')
GROUP BY 'any'
