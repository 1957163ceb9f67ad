-- Files that a run left behind: below a store of run logs, or where trackers and frameworks write by
-- default. One row a file.
CREATE VIEW run_log_path AS
SELECT f.path
FROM file AS f
WHERE '/' || f.path GLOB '*/wandb/*' OR '/' || f.path GLOB '*/mlruns/*'
  OR '/' || f.path GLOB '*/.hydra/*' OR '/' || f.path GLOB '*/multirun/*'
  OR '/' || f.path GLOB '*/lightning_logs/*' OR '/' || f.path GLOB '*/catboost_info/*'
  OR '/' || f.path GLOB '*/outputs/[0-9][0-9][0-9][0-9]-*'
  OR '/' || f.path GLOB '*/runs/*/args.yaml' OR f.name IN ('trainer_state.json', 'MLmodel')
  OR EXISTS (SELECT 1 FROM run_store AS s WHERE f.path = s.path OR f.path LIKE s.path || '/%')
