-- Files whose training belongs to a pipeline that keeps a file of metrics with every version: it is
-- a stage of its own, or runs together with one of several stages. One row a file.
CREATE VIEW pipeline_metric AS
SELECT n.training_path AS path
FROM training_neighbour AS n
JOIN declared_pipeline AS p ON p.file_path = n.path
JOIN stage_item AS i ON i.path = p.path AND i.kind = 'metric'
UNION
SELECT t.path
FROM stage_item AS i
JOIN entry_reach AS r ON r.entry_path = i.path AND r.entry_scope = 'stage:' || i.stage
JOIN training AS t ON t.path = r.path AND t.scope = r.scope
WHERE i.kind = 'metric'
