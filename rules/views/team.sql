-- One row if several people develop the repository, none otherwise. Counted are people with more
-- than one commit and a twentieth of all; two are not enough, since one person with two addresses
-- looks like that.
CREATE VIEW team AS
WITH written AS (
  SELECT c.author_key,
         min(lower(replace(replace(replace(c.author, ' ', ''), '-', ''), '.', ''))) AS name,
         count(*) AS commits
  FROM git_commit AS c
  WHERE NOT c.bot
  GROUP BY c.author_key
),
regular AS (
  SELECT count(DISTINCT w.author_key) AS addresses, count(DISTINCT w.name) AS names
  FROM written AS w
  WHERE w.commits > 1 AND w.commits * 20 >= (SELECT sum(a.commits) FROM written AS a)
)
SELECT min(r.addresses, r.names) AS people
FROM regular AS r
WHERE min(r.addresses, r.names) > 2
