-- What happens together with training: every action in the training file itself, in code that the
-- training unit calls, or in code that shares an entry point with it. One row is one training file
-- and one action at one place.
CREATE VIEW training_companion AS
SELECT t.path AS training_path, c.action, c.technology, c.name, c.path, c.cell, c.line, c.scope,
       c.call
FROM training_file AS t
JOIN code_action AS c ON c.path = t.path
UNION
SELECT t.path, c.action, c.technology, c.name, c.path, c.cell, c.line, c.scope, c.call
FROM training AS t
JOIN entry_reach AS r ON r.path = t.path AND r.scope = t.scope
JOIN entry_reach AS o ON o.entry_path = r.entry_path AND o.entry_scope = r.entry_scope
JOIN code_action AS c ON c.path = o.path AND c.scope = o.scope
