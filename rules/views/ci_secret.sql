-- Places where a workflow takes a secret from the CI system's store, except the token that the
-- system makes for each job. One row a setting.
CREATE VIEW ci_secret AS
SELECT s.path, s.line, s.key, s.name, s.value
FROM setting AS s
JOIN workflow AS w ON w.path = s.path
WHERE w.live
  AND (s.value LIKE '%${{ secrets.%' OR s.value LIKE '%${{secrets.%')
  AND s.value NOT LIKE '%secrets.GITHUB_TOKEN }}'
  AND s.value NOT LIKE '%secrets.GITHUB_TOKEN}}'
