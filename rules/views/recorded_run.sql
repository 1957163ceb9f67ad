-- Runs of the stores of run logs that were not deleted, with where they come from. `origin` is
-- `foreign` where neither the recorded commit nor the recorded source is of this repository, `own`
-- where one of them is or the repository trains or tracks, else `unknown`. `commit_found` is NULL
-- where the history that was read is not whole. `trained` tells runs with metrics. Logs that no
-- tracker and no framework wrote are left out. One row a run.
CREATE VIEW recorded_run AS
SELECT r.store, r.run, r.path, r.status, r.source, r.commit_sha, r.parent, r.started_at, r.experiment,
       s.kind,
       EXISTS (
         SELECT 1 FROM run_metric AS m WHERE m.store = r.store AND m.run = r.run AND NOT m.system
       ) AS trained,
       CASE
         WHEN r.commit_sha IS NULL THEN NULL
         WHEN EXISTS (SELECT 1 FROM git_commit AS g WHERE g.sha = r.commit_sha) THEN 1
         WHEN EXISTS (SELECT 1 FROM repository_info AS i WHERE i.is_git AND NOT i.shallow)
           AND (SELECT count(*) FROM git_commit) < 5000 THEN 0
       END AS commit_found,
       CASE
         WHEN EXISTS (SELECT 1 FROM git_commit AS g WHERE g.sha = r.commit_sha) THEN 'own'
         WHEN EXISTS (
           SELECT 1 FROM file AS f
           WHERE f.kind IN ('python', 'notebook') AND r.source IS NOT NULL
             -- The last part of the recorded path.
             AND f.name = replace(
               replace(r.source, '\', '/'),
               rtrim(replace(r.source, '\', '/'), replace(replace(r.source, '\', '/'), '/', '')), ''
             )
         ) THEN 'own'
         WHEN r.commit_sha IS NOT NULL AND r.source IS NOT NULL
           AND EXISTS (SELECT 1 FROM repository_info AS i WHERE i.is_git AND NOT i.shallow)
           AND (SELECT count(*) FROM git_commit) < 5000 THEN 'foreign'
         WHEN EXISTS (SELECT 1 FROM training)
           OR EXISTS (
             SELECT 1 FROM code_action AS c WHERE c.action IN ('log_metric', 'start_run', 'autolog')
           ) THEN 'own'
         ELSE 'unknown'
       END AS origin
FROM run AS r
JOIN run_store AS s ON s.path = r.store
WHERE NOT r.deleted AND r.status <> 'scheduled'
  AND s.kind NOT IN ('metrics-file', 'text-log')
