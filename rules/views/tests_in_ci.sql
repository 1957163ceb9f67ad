-- One row for every step that runs tests without a person, with what starts it.
CREATE VIEW tests_in_ci AS
SELECT a.path, a.line, a.name, u.trigger, u.trigger_path
FROM action AS a
JOIN unattended AS u ON u.path = a.path AND u.scope = a.scope
WHERE a.action IN ('test', 'data_test', 'model_test') AND a.confidence <> 'low'
  AND u.trigger IN ('push', 'pull_request', 'tag', 'schedule', 'workflow')
