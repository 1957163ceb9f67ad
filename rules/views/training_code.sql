-- Files whose training is judged, with the first place where they fit a model. `traced` is 0 where
-- training stands in functions that nothing which was read starts or uses: what happens around it
-- can't be told. One row a file.
CREATE VIEW training_code AS
SELECT t.path, t.zone, t.cell, t.line,
       group_concat(DISTINCT CASE t.technology WHEN '' THEN 'its own loop' ELSE t.technology END)
         AS technologies,
       count(*) AS places,
       max(t.scope = '') OR t.path IN (SELECT s.path FROM training_start AS s)
         OR t.path IN (SELECT u.path FROM training_user AS u) AS traced,
       -- The other columns are those of the row with the smallest place.
       min(COALESCE(t.cell, -1) * 1000000 + COALESCE(t.line, 0)) AS place
FROM judged_training AS t
GROUP BY t.path
