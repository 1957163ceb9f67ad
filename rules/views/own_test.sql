-- Test files with a real assertion that use code of this repository, directly or through a conftest.
-- One row a test file, with its first assertion.
CREATE VIEW own_test AS
WITH user AS (
  SELECT DISTINCT e.path
  FROM call_edge AS e
  JOIN file_zone AS y ON y.path = e.target_path
  WHERE e.path <> e.target_path AND y.zone IN ('exploration', 'development', 'production')
)
SELECT s.path, min(s.line) AS line, count(*) AS assertions
FROM assertion AS s
JOIN file_zone AS z ON z.path = s.path
WHERE NOT s.trivial
  AND (
    z.zone = 'test'
    OR s.path IN (
      SELECT b.path FROM base AS b
      WHERE b.target IN ('unittest.TestCase', 'django.test.TestCase',
                         'unittest.IsolatedAsyncioTestCase')
    )
  )
  AND (
    s.path IN (SELECT u.path FROM user AS u)
    OR EXISTS (SELECT 1 FROM user AS u WHERE u.path LIKE '%conftest.py')
  )
GROUP BY s.path
