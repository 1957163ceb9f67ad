-- Units of the repository's own code that a test with assertions reaches. One row a test file and a
-- unit.
CREATE VIEW tested_unit AS
SELECT DISTINCT t.path AS test_path, t.line AS test_line, r.path, r.scope
FROM own_test AS t
JOIN entry_reach AS r ON r.entry_path = t.path
JOIN file_zone AS z ON z.path = r.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND r.confidence <> 'low'
