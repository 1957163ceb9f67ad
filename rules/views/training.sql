-- Places that fit a model (train, or tune and cross_validate where they fit): one row a place.
CREATE VIEW training AS
SELECT c.path, c.cell, c.line, c.scope, c.technology, c.name, c.zone
FROM code_action AS c
WHERE c.action IN ('train', 'tune')
