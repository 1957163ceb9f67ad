-- Files that answer with a model or score in batches: code in production, and code that serves,
-- scores or demonstrates. One row a file.
CREATE VIEW serving_code AS
SELECT z.path
FROM file_zone AS z
JOIN module AS m ON m.path = z.path
WHERE z.zone = 'production'
UNION
SELECT c.path
FROM code_action AS c
JOIN module AS m ON m.path = c.path
WHERE c.action IN ('serve', 'predict_batch', 'demo_app')
