-- Mistakes in the flow of data in the repository's own code, with the other place in words: cells
-- counted from 1, as in reports. One row a mistake.
CREATE VIEW flow_mistake AS
SELECT m.path, m.cell, m.line, m.scope, m.kind, m.what, m.related, m.confidence, m.detail,
       CASE WHEN m.subject = '' THEN 'the data' ELSE m.subject END AS subject,
       CASE
         WHEN m.related_line IS NULL THEN 'another place'
         WHEN m.related_cell IS NULL THEN 'line ' || m.related_line
         ELSE 'cell ' || (m.related_cell + 1) || ' line ' || m.related_line
       END AS place
FROM data_mistake AS m
JOIN file_zone AS z ON z.path = m.path
WHERE z.zone IN ('exploration', 'development', 'production')
