-- Prose of the repository's own documents that is not template text: one row a section.
CREATE VIEW claim AS
SELECT s.path, s.cell, s.line, s.end_line, s.heading, s.text, s.words
FROM section AS s
JOIN file AS f ON f.path = s.path
WHERE NOT s.placeholder
  AND f.role NOT IN ('vendored', 'generated', 'template', 'example')
