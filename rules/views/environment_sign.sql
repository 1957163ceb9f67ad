-- Names of environments: of CI jobs, of configuration files and folders that lie side by side, of
-- bundle targets and of registry stages. `family` groups those that belong together, `tier` is
-- production or before; NULL where an expression gives the name. One row a sign.
CREATE VIEW environment_sign AS
WITH named AS (
  SELECT j.path, j.line, 'jobs of ' || j.path AS family, j.environment AS name, 'automated' AS strength
  FROM job AS j
  WHERE j.environment IS NOT NULL AND NOT j.disabled
  UNION ALL
  SELECT j.path, j.line, 'jobs of ' || j.path, j.name || ' ' || j.title, 'automated'
  FROM job AS j
  WHERE NOT j.disabled AND (
    lower(j.name) GLOB '*deploy*' OR lower(j.name) GLOB '*rollout*' OR lower(j.name) GLOB '*release*'
  )
  UNION ALL
  SELECT f.path, NULL, 'files in ' || rtrim(f.path, replace(f.path, '/', '')) || ' ' || f.suffix, f.name,
         'implemented'
  FROM file AS f
  JOIN file_zone AS z ON z.path = f.path
  WHERE z.zone IN ('development', 'production')
    AND (f.kind IN ('yaml', 'toml', 'json', 'ini') OR f.suffix IN ('.tfvars', '.bicepparam', '.hcl', '.sh'))
    AND f.name NOT GLOB '.env*' AND f.name NOT GLOB '*tsconfig*' AND f.name NOT GLOB 'package*'
  UNION ALL
  SELECT f.path, NULL, 'folders', replace(rtrim(f.path, replace(f.path, '/', '')), '/', ' '),
         'implemented'
  FROM file AS f
  JOIN file_zone AS z ON z.path = f.path
  WHERE z.zone IN ('development', 'production')
    AND (f.kind IN ('yaml', 'toml', 'json') OR f.suffix IN ('.tf', '.tfvars', '.bicep', '.bicepparam'))
    AND ('/' || f.path LIKE '%/overlays/%' OR '/' || f.path LIKE '%/environments/%'
         OR '/' || f.path LIKE '%/envs/%' OR '/' || f.path LIKE '%/env/%')
  UNION ALL
  SELECT s.path, min(s.line), 'targets of ' || s.path,
         substr(s.key, 9, instr(substr(s.key, 9) || '.', '.') - 1), 'implemented'
  FROM setting AS s
  WHERE s.key LIKE 'targets.%' AND s.path LIKE '%databricks.y%ml'
  GROUP BY s.path, substr(s.key, 9, instr(substr(s.key, 9) || '.', '.') - 1)
  UNION ALL
  SELECT NULL, NULL, 'registry stages', replace(replace(g.name, 'refs/tags/', ''), '#', ' '), 'observed'
  FROM git_ref AS g
  WHERE g.kind = 'tag' AND g.name GLOB 'refs/tags/?*#?*#[0-9]*' AND g.name NOT LIKE '%!%'
),
worded AS (
  SELECT n.path, n.line, n.family, n.name, n.strength,
         '-' || replace(replace(replace(lower(n.name), '_', '-'), '.', '-'), ' ', '-') || '-' AS words
  FROM named AS n
)
SELECT w.path, w.line, w.family, w.name, w.strength,
       CASE
         WHEN w.words LIKE '%-preprod-%' OR w.words LIKE '%-pre-prod%' THEN 'before'
         WHEN w.words LIKE '%-prod-%' OR w.words LIKE '%-production-%' OR w.words LIKE '%-prd-%'
           OR w.words LIKE '%-live-%' THEN 'production'
         WHEN w.words LIKE '%-staging-%' OR w.words LIKE '%-stage-%' OR w.words LIKE '%-stg-%'
           OR w.words LIKE '%-dev-%' OR w.words LIKE '%-development-%' OR w.words LIKE '%-test-%'
           OR w.words LIKE '%-qa-%' OR w.words LIKE '%-uat-%' OR w.words LIKE '%-sandbox-%'
           THEN 'before'
         WHEN w.name LIKE '%${{%' THEN NULL
         ELSE 'other'
       END AS tier
FROM worded AS w
