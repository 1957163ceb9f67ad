-- One row if this repository does machine learning of its own: it explores, trains or serves, and is
-- neither a library nor without machine learning. Its place is what shows it.
CREATE VIEW ml_work AS
SELECT t.name AS kind, t.reason, t.path, t.line
FROM trait AS t
WHERE t.name IN ('kind:exploration', 'kind:experimentation', 'kind:production')
