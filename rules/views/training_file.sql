-- Files that fit a model, with the first place where they do. One row a file.
CREATE VIEW training_file AS
SELECT t.path, t.zone, min(t.line) AS line, min(t.cell) AS cell,
       group_concat(DISTINCT t.technology) AS technologies, count(*) AS places
FROM training AS t
GROUP BY t.path, t.zone
