-- Credentials that can be used and stand in this repository's own files. One row a place.
CREATE VIEW open_secret AS
SELECT s.path, s.line, s.cell
FROM secret_candidate AS s
JOIN file_zone AS z ON z.path = s.path
WHERE s.usable IN ('yes', 'likely') AND z.zone <> 'vendored'
