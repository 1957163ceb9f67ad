-- What the files of CI systems that are not read as workflows run, as their settings say it. One row a
-- command; `pushed` is 1 where such a file runs on every change unless it says otherwise.
CREATE VIEW other_ci AS
SELECT s.path, s.line, trim(s.value) AS command,
       -- What starts Cloud Build is set outside the file.
       f.path NOT LIKE '%cloudbuild%' AND s.name <> 'entrypoint' AS pushed
FROM setting AS s
JOIN file AS f ON f.path = s.path
WHERE s.name IN ('script', 'before_script', 'run', 'command', 'commands', 'entrypoint', 'test_script')
  AND s.kind = 'string'
  AND NOT EXISTS (SELECT 1 FROM workflow AS w WHERE w.path = s.path)
  AND f.role = 'source'
  AND (
    s.path IN (
      '.gitlab-ci.yml', '.circleci/config.yml', '.travis.yml', 'bitbucket-pipelines.yml', '.drone.yml',
      '.woodpecker.yml', 'appveyor.yml', '.appveyor.yml', '.cirrus.yml', '.buildkite/pipeline.yml'
    )
    OR s.path LIKE '.gitlab/%.yml'
    OR s.path LIKE '%cloudbuild%.y%ml'
    -- A Cloud Build file has any name; its steps are images with arguments.
    OR (s.name = 'entrypoint' AND s.key GLOB 'steps[[]*[]].entrypoint')
  )
UNION ALL
-- A task of mise, npm or the like that a workflow names.
SELECT c.path, c.line, trim(s.value), 1
FROM command AS c
JOIN command_target AS t ON t.path = c.path AND t.position = c.position AND t.status IN ('missing', 'unresolved')
JOIN trigger_reach AS r ON r.path = c.path AND r.scope = c.scope AND r.live AND r.kind IN ('push', 'pull_request')
JOIN setting AS s
  ON s.name IN ('run', 'cmd', 'shell') AND s.kind = 'string'
  AND (
    (c.program = 'mise' AND s.path IN ('mise.toml', '.mise.toml', 'mise/config.toml')
     AND s.key IN ('tasks.' || substr(t.detail, 6) || '.run', 'tasks.' || substr(t.detail, 6)))
    OR (c.program IN ('poe', 'pdm') AND s.path = 'pyproject.toml'
        AND s.key LIKE 'tool.%.' || substr(t.detail, 5) || '.%')
  )
WHERE NOT c.tolerated
