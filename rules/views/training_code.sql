-- Files whose training is judged, with the first place where they fit a model. One row a file.
CREATE VIEW training_code AS
SELECT t.path, t.zone, t.cell, t.line,
       group_concat(DISTINCT CASE t.technology WHEN '' THEN 'its own loop' ELSE t.technology END)
         AS technologies,
       count(*) AS places,
       -- The other columns are those of the row with the smallest place.
       min(COALESCE(t.cell, -1) * 1000000 + COALESCE(t.line, 0)) AS place
FROM judged_training AS t
GROUP BY t.path
