-- Calls that split data, with the names they split and what they give. One row a call and a name.
CREATE VIEW split_call AS
SELECT c.path, c.cell, c.line, c.scope, c.id AS call, c.name, c.result, g.value AS input
FROM code_action AS a
JOIN call AS c ON c.path = a.path AND c.id = a.call
JOIN call_argument AS g ON g.path = c.path AND g.call = c.id
WHERE a.action = 'split'
  -- Parts that lie in files of their own are split by no call here.
  AND NOT (a.via = 'idiom' AND a.name LIKE '% and %')
  AND g.kind = 'name'
  AND (g.keyword IS NULL OR g.keyword = '*')
