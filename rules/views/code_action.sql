-- Actions in the repository's own code and automation: tests, documentation, vendored and generated
-- files left out, low confidence left out. One row is one action at one place, with its file's zone.
CREATE VIEW code_action AS
SELECT a.path, a.cell, a.line, a.scope, a.action, a.technology, a.via, a.name, a.call, a.confidence,
       z.zone
FROM action AS a
JOIN file_zone AS z ON z.path = a.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND a.confidence <> 'low'
